# The initramfs images of dom0 and of the Linux guest, made once. What a boot adds is appended as one more archive:
# the kernel unpacks concatenated archives in order.

DOM0_MODULES=(xenfs xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-netback xen-blkback xen-blkfront bridge tun loop)
GUEST_MODULES=(xenfs xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-netfront xen-blkfront)
GUEST_LIBRARIES=(libc libm libdl libpthread librt libgcc_s 'libstdc++' libz libxenstore libxentoolcore)

fetch_all() {
  mkdir -p "$CACHE"
  exec 8>"$CACHE/lock"
  flock 8
  fetch_packages
  make_images
  flock -u 8
}

make_images() {
  local stamp
  stamp=$(cat "$LAB"/lib/*.sh "$LAB"/dom0/* "$LAB"/guest/* | sha256sum)
  [ "$(cat "$CACHE/images.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  make_dom0
  make_guest
  gunzip -c "$ROOT/boot/xen-4.17-amd64.gz" >"$CACHE/xen"
  echo "$stamp" >"$CACHE/images.stamp"
}

make_dom0() {
  local stage=$CACHE/stage
  new_stage "$stage"
  mkdir -p "$stage"/{etc/xen/scripts,lab,var/lib/xenstored,var/lib/xen,var/log/xen/console,usr/lib/xen-4.17}
  cp -a "$ROOT/usr/lib/xen-4.17/bin" "$stage/usr/lib/xen-4.17/"
  rm -f "$stage"/usr/lib/xen-4.17/bin/{oxenstored,pygrub,xentop}
  cp -a "$ROOT"/usr/bin/xenstore* "$stage/usr/bin/"
  ln -sf ../lib/xen-4.17/bin/xenstore-control "$stage/usr/bin/xenstore-control"
  cp -L "$ROOT/sbin/losetup" "$stage/sbin/losetup"
  cp "$ROOT/etc/xen/xl.conf" "$stage/etc/xen/"
  install -m 755 "$LAB/dom0/init" "$stage/init"
  install -m 755 "$LAB"/dom0/{block,vif-bridge} "$stage/etc/xen/scripts/"
  install -m 644 "$LAB/dom0/lab.sh" "$stage/lab/lab.sh"
  cp "$ROOT/usr/lib/grub-xen/grub-i386-xen_pvh.bin" "$stage/lab/"
  copy_libraries "$stage" '*.so.*'
  copy_modules "$stage" "$(kernel_of -amd64)" "${DOM0_MODULES[@]}"
  pack "$stage" | squeeze "$CACHE/dom0.cpio.gz"
  cp "$ROOT/boot/vmlinuz-$(kernel_of -amd64)" "$CACHE/dom0.vmlinuz"
  rm -rf "$stage"
}

make_guest() {
  local stage=$CACHE/stage
  new_stage "$stage"
  install -m 755 "$LAB/guest/init" "$stage/init"
  cp -a "$ROOT"/usr/bin/xenstore* "$stage/usr/bin/"
  copy_libraries "$stage" 'ld-linux*' "${GUEST_LIBRARIES[@]/%/.so.*}"
  copy_modules "$stage" "$(kernel_of -cloud-amd64)" "${GUEST_MODULES[@]}"
  # Not compressed: the guest's emulated unpacking is the slowest part of its start.
  pack "$stage" >"$CACHE/guest.cpio"
  rm -rf "$stage"
  mkdir -p "$stage/lab/guest"
  cp "$ROOT/boot/vmlinuz-$(kernel_of -cloud-amd64)" "$stage/lab/guest/vmlinuz"
  mv "$CACHE/guest.cpio" "$stage/lab/guest/base.cpio"
  pack "$stage" >"$CACHE/dom0-guest.cpio"
  rm -rf "$stage"
}

# An empty root with busybox in it.
new_stage() {
  local stage=$1 applet
  rm -rf "$stage"
  mkdir -p "$stage"/{bin,sbin,usr/bin,usr/sbin,usr/lib,lib,lib64,etc,proc,sys,dev,run,tmp,root,var}
  ln -s /run "$stage/var/run"
  cp -L "$ROOT/bin/busybox" "$stage/bin/busybox"
  for applet in $("$ROOT/bin/busybox" --list | grep -vx -e busybox -e losetup); do
    ln -sf busybox "$stage/bin/$applet"
  done
}

# copy_libraries STAGE PATTERN...: shared libraries of the packages, in the one folder where the loader looks first.
copy_libraries() {
  local stage=$1 to=$1/lib/x86_64-linux-gnu pattern
  mkdir -p "$to"
  for pattern in "${@:2}"; do
    find "$ROOT/lib/x86_64-linux-gnu" "$ROOT/usr/lib/x86_64-linux-gnu" -maxdepth 1 -name "$pattern" -exec cp -a {} "$to/" \;
  done
  ln -sf /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$stage/lib64/ld-linux-x86-64.so.2"
}

# The named modules with all that they need, and an index for modprobe.
copy_modules() {
  local stage=$1 kernel=$2 module
  local from=$ROOT/lib/modules/$kernel to=$stage/lib/modules/$kernel
  [ -f "$from/modules.dep" ] || depmod -b "$ROOT" "$kernel"
  mkdir -p "$to"
  cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
  for module in "${@:3}"; do
    grep -E "/$module\.ko:" "$from/modules.dep" | tr -d ':' | tr ' ' '\n'
  done | sort -u | grep . | (cd "$from" && xargs cp --parents -t "$to")
  depmod -b "$stage" "$kernel"
}

pack() {
  (cd "$1" && find . | cpio --quiet -o -H newc -R 0:0)
}

# Compressed, and filled up to a multiple of four bytes, where the kernel looks for the next archive.
squeeze() {
  gzip -1 >"$1"
  truncate -s %4 "$1"
}
