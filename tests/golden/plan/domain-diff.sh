for d in virt-install-bare crlf-windows odd-markup one-line; do
	virt-layout plan --domain tests/domains/real/$d.xml --node vcpus=2,memory=2GiB --node vcpus=2,memory=2GiB --nic e1000e,per-node=2 --iommu intel --diff
done
