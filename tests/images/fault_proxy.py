"""A proxy in front of a registry that spoils what it is told to spoil, and remembers what was asked."""
import http.client
import http.server
import re
import socket
import struct
import threading
import time


class Proxy:
    """`faults` are (pattern, kind, times): the first whose pattern matches "METHOD PATH" and whose times are not over.
    A fault's detail `when` holds the answer back until it is true."""

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.faults, self.requests, self.lock = [], [], threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                proxy.answer(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_one

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spoil(self, pattern, kind, times=1 << 30, **details):
        with self.lock:
            self.faults.append([re.compile(pattern), kind, times, details])

    def clear(self):
        with self.lock:
            self.faults, self.requests = [], []

    def seen(self, pattern):
        with self.lock:
            return [headers for line, headers in self.requests if re.search(pattern, line)]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def fault_for(self, line):
        with self.lock:
            for fault in self.faults:
                if fault[2] > 0 and fault[0].search(line):
                    fault[2] -= 1
                    return fault[1], fault[3]
        return None, {}

    def answer(self, handler):
        line = f"{handler.command} {handler.path}"
        with self.lock:
            self.requests.append((line, dict(handler.headers)))
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        kind, details = self.fault_for(line)
        handler.close_connection = True
        if kind == "bearer" and not (handler.headers.get("Authorization") or "").startswith("Bearer t0ken"):
            field = f'Bearer realm="http://127.0.0.1:{self.port}/token",service="here",scope="repository:img:pull"'
            return self.plain(handler, 401, {"WWW-Authenticate": field})
        if handler.path.startswith("/token?"):
            return self.plain(handler, 200, {"Content-Type": "application/json"}, b'{"token":"t0ken","expires_in":300}')
        if kind == "status":
            return self.plain(handler, details["code"], details.get("headers", {}))
        if kind == "redirect":
            return self.plain(handler, 307, {"Location": details["to"] + handler.path})
        if kind == "challenge":
            return self.plain(handler, 401, {"WWW-Authenticate": details["field"]})
        if kind == "hang-up":
            return self.reset(handler)
        if "when" in details and not self.wait_for(details["when"]):
            return self.reset(handler)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection")}
        headers["Host"] = f"127.0.0.1:{self.upstream_port}"
        if kind == "wrong-range" and "Range" not in headers:
            kind = None
        if kind in ("no-range", "wrong-range"):
            headers.pop("Range", None)
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=60)
        upstream.request(handler.command, handler.path, body or None, headers)
        response = upstream.getresponse()
        content = response.read()
        try:
            self.pass_on(handler, response, content, kind, details)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            upstream.close()

    @staticmethod
    def wait_for(condition):
        deadline = time.monotonic() + 60
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    @staticmethod
    def plain(handler, code, headers, content=b""):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    @staticmethod
    def reset(handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    def pass_on(self, handler, response, content, kind, details):
        status = response.status
        length = int(response.headers.get("Content-Length") or len(content))
        if kind == "wrong-range":
            start = max(0, self.range_start(handler) - 1)
            status, content = 206, content[start:]
            length = len(content)
        handler.send_response(status)
        for name, value in response.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "content-range"):
                handler.send_header(name, value)
        if kind == "wrong-range":
            handler.send_header("Content-Range", f"bytes {start}-{start + length - 1}/{start + length}")
        elif response.headers.get("Content-Range"):
            handler.send_header("Content-Range", response.headers["Content-Range"])
        if kind == "wrong-bytes" and content:
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 0x20]) + content[middle + 1:]
        if kind == "too-long":
            content += b"more than there is"
            length = len(content)
        if kind == "too-short":
            content = content[:len(content) // 2]
            length = len(content)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        if handler.command == "HEAD":
            return
        if kind in ("truncate", "reset"):
            handler.wfile.write(content[:len(content) // 2])
            handler.wfile.flush()
            if kind == "reset":
                self.reset(handler)
            else:
                handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if kind == "drip":
            piece = details.get("piece", 4096)
            for at in range(0, len(content), piece):
                handler.wfile.write(content[at:at + piece])
                handler.wfile.flush()
                time.sleep(details.get("pause", 0.01))
            return
        handler.wfile.write(content)

    @staticmethod
    def range_start(handler):
        match = re.match(r"bytes=(\d+)-", handler.headers.get("Range") or "")
        return int(match[1]) if match else 0
