virt-layout disk plan --minimal --sector-size 4096 -p size=1MiB -p size=rest,min=5MB
