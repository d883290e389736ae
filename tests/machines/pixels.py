#!/usr/bin/python3
"""Judges screenshots (binary PPM, as `grim -t ppm` writes them).

usage: pixels.py BEFORE AFTER [X Y WIDTH HEIGHT]

Prints how many percent of the pixels of the rectangle differ between the two and how many colours it has in the second.
"""
import sys


def load(path):
    """(width, height, bytes of RGB) of a PPM file with 8 bits a channel."""
    with open(path, "rb") as file:
        data = file.read()
    header, position = [], 0
    while len(header) < 4:
        end = position
        while data[end:end + 1] not in (b" ", b"\n", b"\t", b""):
            end += 1
        if end > position:
            header.append(data[position:end])
        position = end + 1
    if header[0] != b"P6" or header[3] != b"255":
        raise ValueError(f"{path} is no binary PPM with 8 bits a channel")
    width, height = int(header[1]), int(header[2])
    return width, height, data[position:position + width * height * 3]


def pixels(image, x, y, width, height):
    total_width, _, data = image
    for row in range(y, y + height):
        start = (row * total_width + x) * 3
        line = data[start:start + width * 3]
        yield from (line[index:index + 3] for index in range(0, len(line), 3))


def compare(before, after, rectangle=None):
    """(percent of pixels that differ, number of colours in the second image) within the rectangle."""
    first, second = load(before), load(after)
    if first[:2] != second[:2]:
        raise ValueError("the two screenshots have different sizes")
    x, y, width, height = rectangle or (0, 0, first[0], first[1])
    differing, colours = 0, set()
    for old, new in zip(pixels(first, x, y, width, height), pixels(second, x, y, width, height)):
        differing += old != new
        colours.add(new)
    return 100 * differing / max(1, width * height), len(colours)


if __name__ == "__main__":
    share, number = compare(sys.argv[1], sys.argv[2], tuple(map(int, sys.argv[3:7])) or None)
    print(f"{share:.0f} {number}")
