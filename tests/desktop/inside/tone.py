#!/usr/bin/python3
"""Plays one and a half seconds of 440 Hz through the sound server."""
import array
import math
import subprocess
import sys

RATE = 44100
samples = array.array("h", (int(20000 * math.sin(2 * math.pi * 440 * index / RATE)) for index in range(RATE * 3 // 2)))
player = subprocess.run(["pacat", "--playback", f"--rate={RATE}", "--channels=1", "--format=s16le"],
                        input=samples.tobytes(), check=False, timeout=20)
sys.exit(player.returncode)
