truncate -s 2G "$SCRATCH/big.xml" &&
	virt-layout plan "$SCRATCH/big.xml"
