# SPDX-License-Identifier: GPL-2.0
# The whole project: the kernel module (kernel/), the command line (ctl/), tests, installation by dkms.
#
#   make                 module for the running kernel, and clatctl
#   make KDIR=DIR        for the kernel whose headers or build tree is DIR
#   make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- KDIR=DIR module
#   make W=1             with the kernel's extra warnings
#   make sparse          module under sparse, with endian checks
#   make demo            a phone on an emulated IPv6-only mobile network (needs root or sudo)
#   make check           all tests (needs root or sudo)
#   make mutate          break each rule's code and see its test fail; IDS="ROW..." for some rows
#   make bench           instructions a packet costs, in an arm64 machine; ROWS="46 64-udp1280" for some
#                        rows, JSON=1; CHART=1 for a bar chart as SVG; COUNT=46-udp1280 for a row's
#                        instructions by function (needs root or sudo)
#   make fuzz            the fuzzers, FUZZ_SECONDS=3600 each (needs root or sudo)
#   make fuzz-packets    ten million packets through the module in the sanitized kernel; SKBS=10000000 SEED=1
#   make install         dkms, clatctl, man page; PREFIX=/usr/local; KVER= another kernel than the
#                        running one; with DESTDIR=, files only
#   make uninstall, make clean

PREFIX ?= /usr/local
KDIR ?= /lib/modules/$(shell uname -r)/build
INSTALL ?= install
SKBS ?= 10000000
SEED ?= 1
DKMS ?= dkms
# dkms.conf is the one place that says the version.
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE := /usr/src/clat-$(VERSION)

all: module ctl

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/kernel modules

ctl:
	$(MAKE) -C ctl

sparse:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/kernel C=2 CF=-D__CHECK_ENDIAN__ modules

demo:
	selftests/demo.sh

check:
	selftests/check.sh

mutate:
	selftests/conformance/mutate.sh $(IDS)

bench:
	@selftests/bench/run.sh $(if $(COUNT),-c -- $(COUNT),$(if $(JSON),-j)$(if $(CHART),-s) -- $(ROWS))

fuzz:
	selftests/fuzz/run.sh $(if $(FUZZ_SECONDS),-t $(FUZZ_SECONDS))

fuzz-packets:
	selftests/skbfuzz/long.sh $(SKBS) $(SEED)

install: install-module install-ctl

install-ctl:
	$(MAKE) -C ctl install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# An older installation of the same version is replaced. With DESTDIR a package is being made: its own
# scripts call dkms on the machine it is installed on.
install-module:
	$(if $(DESTDIR),,$(DKMS) remove -m clat -v $(VERSION) --all >/dev/null 2>&1 || true)
	rm -rf $(DESTDIR)$(DKMS_SOURCE)
	cd kernel && find . -name '*.[ch]' ! -name '*.mod.c' -o -name Kbuild -o -name Makefile -o -name Kconfig | \
		while read -r file; do \
			$(INSTALL) -D -m 0644 "$$file" "$(DESTDIR)$(DKMS_SOURCE)/kernel/$$file" || exit 1; \
		done
	$(INSTALL) -D -m 0644 uapi/linux/clat.h $(DESTDIR)$(DKMS_SOURCE)/uapi/linux/clat.h
	$(INSTALL) -m 0644 dkms.conf $(DESTDIR)$(DKMS_SOURCE)/dkms.conf
ifeq ($(DESTDIR),)
	$(DKMS) add -m clat -v $(VERSION)
	$(DKMS) build -m clat -v $(VERSION) $(if $(KVER),-k $(KVER))
	$(DKMS) install -m clat -v $(VERSION) $(if $(KVER),-k $(KVER))
endif

uninstall:
	$(if $(DESTDIR),,$(DKMS) remove -m clat -v $(VERSION) --all || true)
	rm -rf $(DESTDIR)$(DKMS_SOURCE)
	$(MAKE) -C ctl uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# Also where no kernel headers are installed
clean:
	$(MAKE) -C ctl clean
	find kernel selftests/skbfuzz \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name Module.symvers -o -name modules.order \) -delete

.PHONY: all module ctl sparse demo check mutate bench fuzz fuzz-packets install install-ctl install-module \
	uninstall clean
