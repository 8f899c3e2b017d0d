# Tools print their messages in English, whatever the user's language is: we know some of them.
mkdir $SCRATCH/bin
printf '#!/bin/sh\necho "language $LANGUAGE, encoding $LC_ALL" >&2\nexit 1\n' > $SCRATCH/bin/mke2fs
chmod +x $SCRATCH/bin/mke2fs
LANGUAGE=de PATH=$SCRATCH/bin:$PATH virt-layout disk create -s 64MiB -p size=rest --format ext4=1 $SCRATCH/a.img
