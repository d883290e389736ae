"""A tone that is played inside is heard at the sink's monitor outside, and only with the sound grant."""
import array
import subprocess

from desk import HERE, Sandboxed, check, finish

RATE = 44100
LOUD = 1000  # of 32767; silence is 0


def loudness(raw):
    samples = array.array("h", raw[:len(raw) // 2 * 2])
    return int((sum(value * value for value in samples) / max(1, len(samples))) ** 0.5)


def recorded(*arguments):
    """How loud it was at the sink while the program ran, and the program."""
    recorder = subprocess.Popen(["parec", "--device=test.monitor", "--raw", f"--rate={RATE}", "--channels=1",
                                 "--format=s16le", "--latency-msec=50"], stdout=subprocess.PIPE)
    first = recorder.stdout.read(RATE // 5)  # it has begun
    app = Sandboxed(*arguments)
    app.wait(30)
    rest = recorder.stdout.read(RATE)  # what was still on its way
    recorder.kill()
    return max(loudness(first), loudness(recorder.stdout.read() + rest)), app


tone = ["python3", f"{HERE}/inside/tone.py"]
volume, app = recorded("--no-profile", "--socket=pulseaudio", *tone)
check(f"a tone played inside is heard outside (loudness {volume})", volume > LOUD, app.text())
app.check_nothing_left("sound")
volume, app = recorded("--no-profile", *tone)
check(f"without the grant it is silent (loudness {volume})", volume < LOUD, app.text())
finish()
