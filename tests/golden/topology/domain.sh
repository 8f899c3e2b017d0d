virt-layout topology tests/golden/plan/seed.out
