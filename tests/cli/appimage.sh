#!/usr/bin/env bash
# AppImages: unpacked once in a sandbox of its own, without FUSE, kept by digest and pruned. Snaps and Flatpaks are named
# and not run.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cache=$HOME/.cache/hutch/appimages
mkdir -p "$scratch/tree/usr/share"
cat >"$scratch/tree/AppRun" <<'SH'
#!/bin/sh
echo "ran $APPDIR $APPIMAGE $*"
cat "$APPDIR/usr/share/text"
[ ! -w "$APPDIR/usr/share/text" ] && echo read-only
[ -e /dev/fuse ] || echo no fuse
exec "${@:-true}"
SH
chmod 755 "$scratch/tree/AppRun"
printf 'one\n' >"$scratch/tree/usr/share/text"
# image FILE: a program with the mark of an AppImage, and a file system where it ends.
image() {
  mksquashfs "$scratch/tree" "$scratch/squash" -quiet -noappend -no-progress -all-root >/dev/null
  python3 - "$scratch/squash" "$1" <<'PY'
import struct, sys
with open("/usr/bin/true", "rb") as file:
    program = bytearray(file.read())
offset, = struct.unpack_from("<Q", program, 40)
size, count = struct.unpack_from("<HH", program, 58)
program = program[:offset + size * count]
program[8:11] = b"AI\x02"
with open(sys.argv[1], "rb") as file:
    program += file.read()
with open(sys.argv[2], "wb") as file:
    file.write(program)
PY
  chmod 755 "$1"
}
image "$HOME/My App.AppImage"
digest=$(sha256sum "$HOME/My App.AppImage" | cut -d' ' -f1)

ends "a plan unpacks nothing" 0 plan --nosocket=wayland "$HOME/My App.AppImage"
check "nothing at all" test ! -e "$cache"
has "and says that a run would" "unpacked" "$out$err"
ends "an AppImage runs" 0 run --nosocket=wayland "$HOME/My App.AppImage" true
has "what is in it is started" "ran /run/appimage $HOME/My App.AppImage true" "$out"
has "with its files" "one" "$out"
has "which are read-only" "read-only" "$out"
has "without FUSE" "no fuse" "$out"
has "it is unpacked" "unpacking '$HOME/My App.AppImage', once" "$err"
check "by its digest" test -x "$cache/$digest/squashfs-root/AppRun"
stamp=$(stat -c %i "$cache/$digest")
ends "a second start" 0 run --nosocket=wayland "$HOME/My App.AppImage"
lacks "unpacks nothing" "unpacking" "$err"
same "and has the status of the program" 1 "$("$HUTCH" run --nosocket=wayland "$HOME/My App.AppImage" false >/dev/null 2>&1; echo $?)"
cp "$HOME/My App.AppImage" "$HOME/copy.AppImage"
ends "a copy" 0 run --nosocket=wayland "$HOME/copy.AppImage"
same "is the same image" "$stamp" "$(stat -c %i "$cache/$digest")"
ends "a plan shows what is bound" 0 plan --nosocket=wayland "$HOME/My App.AppImage"
has "at its place" "bind $cache/$digest/squashfs-root on /run/appimage" "$out"

# Changed files are other images.
printf 'two\n' >"$scratch/tree/usr/share/text"
image "$HOME/My App.AppImage"
ends "a new version" 0 run --nosocket=wayland "$HOME/My App.AppImage"
has "is unpacked again" "two" "$out"

# Two at once, and one killed half-way.
rm -rf "$cache"
for number in 1 2 3; do "$HUTCH" run --nosocket=wayland "$HOME/My App.AppImage" >"$scratch/run$number" 2>&1 & done
wait
same "three first starts at once all run" 3 "$(grep -l '^two' "$scratch"/run[123] | wc -l)"
same "and unpack once" 1 "$(find "$cache" -maxdepth 1 -type d -name '*[0-9a-f]' ! -name appimages ! -name files | wc -l)"
rm -rf "$cache"
for number in 1 2 3 4 5 6; do
  (timeout --signal=KILL "0.0$((number * 15))" "$HUTCH" run --nosocket=wayland "$HOME/My App.AppImage"; true) >/dev/null 2>&1
done
ends "after starts that were killed it runs" 0 run --nosocket=wayland "$HOME/My App.AppImage"
has "whole" "two" "$out"
same "and nothing unfinished is left" "" "$(find "$cache" -name '*.part')"

# What nobody used for a month goes, but for what runs.
printf 'three\n' >"$scratch/tree/usr/share/text"
image "$HOME/other.AppImage"
"$HUTCH" run --instance busy --nosocket=wayland "$HOME/other.AppImage" /bin/sh -c 'echo up; exec sleep 1000' >"$scratch/busy" 2>&1 </dev/null &
check "an instance runs" within 20 grep -qs three "$scratch/busy"
touch -d '40 days ago' "$cache"/*.lock
old=$(sha256sum "$HOME/My App.AppImage" | cut -d' ' -f1)
printf 'four\n' >"$scratch/tree/usr/share/text"
image "$HOME/new.AppImage"
ends "another image is unpacked" 0 run --nosocket=wayland "$HOME/new.AppImage"
check "what was not used for long is gone" test ! -e "$cache/$old" -a ! -e "$cache/$old.lock"
check "what runs is there" test -e "$cache/$(sha256sum "$HOME/other.AppImage" | cut -d' ' -f1)/squashfs-root/AppRun"
same "and of names of files only those of what is there" 2 "$(find "$cache/files" -type f | wc -l)"
hutch kill busy

# Broken ones.
cp "$HOME/new.AppImage" "$HOME/broken.AppImage"
truncate -s -3900 "$HOME/broken.AppImage"
ends "a broken image does not start" 125 run --nosocket=wayland "$HOME/broken.AppImage"
same "and leaves nothing" "" "$(find "$cache" -name '*.part')"
rm "$scratch/tree/AppRun"
image "$HOME/empty.AppImage"
ends "nor does one without AppRun" 125 run --nosocket=wayland "$HOME/empty.AppImage"

# Launchers of snaps and Flatpaks.
mkdir -p "$scratch/bin" "$scratch/share/applications"
printf '#!/bin/sh\nexec /usr/bin/flatpak run --branch=stable --arch=x86_64 org.example.App "$@"\n' >"$scratch/bin/flatty"
printf '#!/bin/sh\nexec /snap/bin/foxy "$@"\n' >"$scratch/bin/snappy"
chmod 755 "$scratch/bin/flatty" "$scratch/bin/snappy"
refuses "a script that starts a Flatpak is named" 126 "starts the Flatpak 'org.example.App'" run flatty
has "with what to do" "flatpak run org.example.App" "$err"
refuses "one that starts a snap too" 126 "starts the snap 'foxy'" run snappy
export XDG_DATA_DIRS=$scratch/share
printf '[Desktop Entry]\nType=Application\nName=F\nExec=/usr/bin/env A=b true\nX-Flatpak=org.example.F\n' \
  >"$scratch/share/applications/org.example.F.desktop"
printf '[Desktop Entry]\nType=Application\nName=S\nExec=env BAMF_DESKTOP_FILE_HINT=x true %%U\nX-SnapInstanceName=foxy_two\n' \
  >"$scratch/share/applications/foxy_foxy.desktop"
refuses "an entry of a Flatpak is named" 126 "'org.example.F' starts the Flatpak 'org.example.F'" run org.example.F
refuses "an entry of a snap too" 126 "'foxy_foxy' starts the snap 'foxy_two'" run foxy_foxy
refuses "whatever the profile" 126 "the snap 'foxy_two'" run --profile cli foxy_foxy
conclude
