# A kernel and its modules in their packages.
cd $SCRATCH && mkdir tmp && export TMPDIR=$PWD/tmp
make=$OLDPWD/tests/make-package
list() { grep -ao 'lib/modules/[a-z_]*[.]ko' "$1"; }
printf 'const char info[] __attribute__((section(".modinfo"))) = "depends=";' |
	cc -c -x c - -o module
touch empty kernel
try() { # FILES OF THE PACKAGE... : with and without a module
	for kind in deb rpm; do
		"$make" "$kind" "linux.$kind" "$@" || return
		virt-layout boot --initrd-only --compress no --kernel linux.$kind \
			--kmod a-b -o initrd && list initrd
	done
}
echo "One package, as Debian 12 has it"
try boot/vmlinuz-6.1=kernel ./lib/modules/6.1/kernel/x/a-b.ko=module \
	lib/modules/6.1/modules.order=empty lib/modules/6.1/kernel/c.ko=module
echo "The image below usr/lib/modules"
try usr/lib/modules/7.2/vmlinuz=kernel usr/lib/modules/7.2/modules.order=empty \
	usr/lib/modules/7.2/a-b.ko=module
echo "Modules in a package of their own"
"$make" deb image.deb usr/lib/modules/7.2/vmlinuz=kernel
"$make" deb modules.deb usr/lib/modules/7.2/modules.order=empty \
	usr/lib/modules/7.2/a-b.ko=module
virt-layout boot --initrd-only --compress no --kernel image.deb --modules modules.deb \
	--kmod a-b -o initrd && list initrd
echo "And their lists in another one, as Debian forky has it"
"$make" deb modules.deb usr/lib/modules/7.2/kernel/x/a-b.ko=module
"$make" deb base.deb usr/lib/modules/7.2/modules.order=empty
virt-layout boot --initrd-only --compress no --kernel image.deb --modules modules.deb \
	--kmod a-b -o initrd && list initrd
mkdir -p unpacked/usr/lib/modules/7.2/kernel/x
cp module unpacked/usr/lib/modules/7.2/kernel/x/a-b.ko
for directory in unpacked unpacked/usr/lib/modules unpacked/usr/lib/modules/7.2; do
	virt-layout boot --initrd-only --compress no --kernel image.deb \
		--modules $directory --kmod a-b -o initrd && list initrd
done
echo "Refused"
virt-layout boot --initrd-only --kernel image.deb --modules base.deb --kmod a-b -o initrd
try boot/vmlinuz-6.1=kernel
try etc/motd=empty
try boot/vmlinuz-6.1=kernel boot/vmlinuz-6.2=kernel
try boot/vmlinuz-6.1='>/etc/passwd'
try ../../vmlinuz-..=kernel lib/modules/../a-b.ko=module lib/modules/../modules.order=empty
virt-layout boot --initrd-only --kernel image.deb --modules image.deb --kmod a -o initrd
head -c 200 image.deb > cut.deb
virt-layout boot --initrd-only --kernel cut.deb --kmod a -o initrd 2>&1 |
	sed 's/\(unpacked: \).*/\1libarchive says why/'
printf '!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n' > none.deb
virt-layout boot --initrd-only --kernel none.deb --kmod a -o initrd
echo "Left in TMPDIR: $(ls tmp)"
