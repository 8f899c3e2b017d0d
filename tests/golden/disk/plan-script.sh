virt-layout disk plan -s 1GiB -p size=100MiB,attribute=legacy-boot,attribute=63 -p size=30MiB,name=ab --seed 1 --script
# A fifth entry of an MBR is refused as such; a dump that sfdisk does not restore is read.
printf 'label: dos\nstart=2048, size=2048\nstart=8192, size=2048\nstart=12288, size=2048\nstart=16384, size=2048\nstart=20480, size=2048\n' > $SCRATCH/five
virt-layout disk plan $SCRATCH/five --size 64MiB 2>&1 | sed 's/.*five:/five:/'
printf 'label: dos\nstart=2048, size=82804, type=8e\nstart=86016, size=54638, type=c\nstart=141312, size=9, type=82\nstart=143360, size=118784, type=5\nstart=145408, size=111396, type=8e\nstart=258048, size=4, type=c\nstart=260096, size=5, type=83\n' > $SCRATCH/dump
virt-layout disk plan $SCRATCH/dump --size 1087MiB --script | grep start=
