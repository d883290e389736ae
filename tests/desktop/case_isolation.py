"""What a sandboxed program sees of the compositor, of the clipboard and of the user's session."""
import os
import subprocess

from desk import HOME, RUNTIME, Sandboxed, check, finish, output, until

PRIVILEGED = ["zwlr_screencopy_manager_v1", "zwlr_data_control_manager_v1", "ext_data_control_manager_v1",
              "zwp_virtual_keyboard_manager_v1", "zwlr_virtual_pointer_manager_v1", "zwlr_layer_shell_v1",
              "zwlr_foreign_toplevel_manager_v1", "ext_session_lock_manager_v1", "zwlr_output_manager_v1",
              "zwp_input_method_manager_v2", "wp_security_context_manager_v1", "zwlr_export_dmabuf_manager_v1"]


left = []


def run(*arguments):
    app = Sandboxed(*arguments)
    status = app.wait()
    until(10, lambda: not app.leftovers())
    left.extend(app.leftovers())
    return status, app.text()


status, inside = run("--no-profile", "wayland-info")
outside = output("wayland-info")
check("a sandboxed program talks to the compositor", status == 0 and "wl_compositor" in inside, inside)
check("outside, the compositor offers what must be hidden", "zwlr_screencopy_manager_v1" in outside, outside)
seen = [name for name in PRIVILEGED if name in inside]
check("inside, every privileged protocol is hidden", not seen, seen)

copy = subprocess.Popen(["wl-copy", "--foreground", "from outside"])
until(5, lambda: output("wl-paste", "--no-newline") == "from outside")
status, text = run("--no-profile", "wl-paste", "--no-newline")
check("a sandboxed program can paste", "from outside" in text, text)
copy.kill()
copy.wait()
app = Sandboxed("--no-profile", "wl-copy", "--foreground", "from inside")
check("what it copies can be pasted outside", until(10, lambda: output("wl-paste", "--no-newline") == "from inside"),
      app.text())
output("hutch", "stop", app.instance)
app.wait(10)

secret = os.path.join(HOME, "secret.txt")
with open(secret, "w", encoding="utf-8") as file:
    file.write("private words")
status, text = run("--no-profile", "sh", "-c", f"cat {secret}")
check("the user's files are not there", status != 0 and "private words" not in text, text)
status, text = run("--no-profile", "cat", secret)
check("but a file that is named as an argument is handed over", status == 0 and "private words" in text, text)
status, text = run("--no-profile", "sh", "-c", "echo more >>\"$1\"", "sh", secret)
with open(secret, encoding="utf-8") as file:
    check("to be read, not to be changed", status != 0 and file.read() == "private words", text)
status, text = run("--no-profile", "sh", "-c", "ls -A $HOME; ls -A $XDG_RUNTIME_DIR; ls /tmp; ls /home")
check("neither is anything of the runtime directory", "systemd" not in text and "sway-ipc" not in text, text)
status, text = run("--no-profile", "sh", "-c", "echo kept > $HOME/state; cat $HOME/state")
check("it has a home to write in", status == 0 and "kept" in text, text)
status, text = run("--no-profile", "sh", "-c", "cat $HOME/state")
check("and finds it again", status == 0 and "kept" in text, text)
check("which is not the user's", not os.path.exists(os.path.join(HOME, "state")))
status, text = run("--no-profile", "busctl", "--user", "list")
check("the user manager is not on its bus", "systemd1" not in text, text)
status, text = run("--no-profile", "python3", "-c", f"import socket\ns = socket.socket(socket.AF_UNIX)\n"
                   f"s.connect('{RUNTIME}/systemd/private')")
check("nor behind its socket", status != 0, text)
status, text = run("--no-profile", "ps", "-e")
check("it sees no process of the session", "sway" not in text and "systemd" not in text, text)
status, text = run("--no-profile", "python3", "-c", "import socket\nsocket.create_connection(('127.0.0.1', 1))")
check("without a network grant there is no network", status != 0, text)
check("nothing is left behind of any of these runs", not left, "\n".join(left))
os.unlink(secret)
finish()
