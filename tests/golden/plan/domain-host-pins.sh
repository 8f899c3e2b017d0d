tests/hosts/make-root switches $SCRATCH/h &&
	sed "/<interface/,/<.interface>/d; s|<iothreads>1|<iothreads>2|; s|<os>|<cputune><!-- by hand --><vcpupin vcpu=\"0\" cpuset=\"0\"/><vcpupin vcpu=\"1\" cpuset=\"12\"/><emulatorpin cpuset=\"4-5\"/><iothreadpin iothread=\"1\" cpuset=\"6\"/><iothreadpin iothread=\"2\" cpuset=\"1-2\"/></cputune><os>|" tests/golden/plan/gpu.xml > $SCRATCH/a.xml &&
	virt-layout plan --domain $SCRATCH/a.xml --host $SCRATCH/h --node vcpus=8,memory=32GiB -o $SCRATCH/b.xml &&
	diff $SCRATCH/a.xml $SCRATCH/b.xml | grep -E "cputune|pin|mem"
virt-layout plan --domain $SCRATCH/b.xml --host $SCRATCH/h --diff
sed "s|</iothreads>|&<iothreadids><iothread id=\"1\"/><iothread id=\"7\"/></iothreadids>|; s|iothread=.2. cpuset=.1-2.|iothread=\"7\" cpuset=\"4\"|" $SCRATCH/a.xml | virt-layout plan --domain - --host $SCRATCH/h --node vcpus=8,memory=32GiB | grep iothreadpin
