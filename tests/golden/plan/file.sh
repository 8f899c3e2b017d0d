virt-layout plan tests/golden/plan/file.xml
