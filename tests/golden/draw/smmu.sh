tests/hosts/make-root gb200 $SCRATCH/gb200 && virt-layout draw $SCRATCH/gb200 | grep -o "root bus 00[^<]*\|IOMMU smmu[^<]*\|class=\"unit\"" | sort | uniq -c
