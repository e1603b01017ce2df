#!/bin/busybox sh
# The first program of the virtual machine: loads modules, puts the root folder together, waits for the
# devices, runs the errand in it and powers off. What it says on the console begins with "iolab:", and the
# host (boot.ts) bounds the time between two of these lines. Packed by images.ts, with what it reads.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
say() { read -r up _ </proc/uptime && echo "iolab: $1 $up"; }
fail() { echo "iolab: failed $*"; poweroff -f; }
load() { insmod "/modules/$1.ko" $2 || fail "insmod $1"; }

say begin
. /modules/early.sh
mount -t erofs -o ro /dev/vda /base || fail 'mount of the programs'
mount -t erofs -o ro /dev/vdb /base/iolab || fail 'mount of the lab'
mount --bind /base/modules-of-node /base/iolab/node_modules

mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=666 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /base/tmp
for kind in proc sys dev modules; do mount --rbind /$kind /base/$kind; done

# Ports by name: the numbers are QEMU's.
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name"
  case $name in
    iolab.out) out=/dev/${port##*/} ;;
    iolab.err) err=/dev/${port##*/} ;;
    iolab.status) status=/dev/${port##*/} ;;
  esac
done
exec 3>"$status"

say modules
# The errand's programs are read and begin while modules are loaded and devices answer. It waits for the
# file `up` before it asks for a device (script.ts).
ulimit -Hn 20000
ulimit -Sn 20000
cp /errand.sh /base/tmp/
# Node takes a second to ask for what was compiled, and does without what is not there yet.
mkdir -p /compiled
(cp -r /compiled /base/tmp/ && touch /base/tmp/before) &
copying=$!
chroot /base /bin/sh /tmp/errand.sh </dev/null >"$out" 2>"$err" &
errand=$!
. /modules/devices.sh
ip link set lo up
mount -t debugfs debugfs /base/sys/kernel/debug 2>/dev/null
mount -t configfs configfs /base/sys/kernel/config 2>/dev/null
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none out /base/out || fail 'mount of out'

say devices
tries=0
while read -r path; do
  until [ -e "$path" ]; do
    tries=$((tries + 1))
    [ $tries -gt 1500 ] && fail "no $path"
    usleep 20000
  done
done </modules/expected

say run
# A sign of life, so that the host tells a long experiment from a machine that hangs.
while sleep 5; do echo alive >&3; done &
touch /base/tmp/up
# What is loaded or copied is in memory twice.
while read -r _ name _; do set -- "$@" "/modules/$name.ko"; done </modules/devices.sh
wait $copying
rm -r "$@" /compiled
wait $errand
code=$?
# What Node compiled and nobody had kept yet is for the next machine (compiled.ts).
cd /base/tmp/compiled
find . -type f -newer /base/tmp/before >/fresh
while read -r file; do
  mkdir -p "/base/out/.compiled/${file%/*}"
  cp "$file" "/base/out/.compiled/$file"
done </fresh
cd /
sync
umount /base/out
echo "exit $code" >&3
say off
# Everything is written and nothing else is mounted for writing: the reset line ends the machine at once
# (QEMU's -no-reboot), without a shutdown of each device that takes half a second.
echo b >/proc/sysrq-trigger
