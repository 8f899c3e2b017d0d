virt-layout plan tests/golden/plan/file-wrong.xml
