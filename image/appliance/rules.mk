# The images of the appliance; read by the Makefile.  BOARD names a folder of
# board/, which says what it is compiled for.

BOARD ?= x86_64-generic
BOARDS := $(patsubst board/%/board.conf,%,$(wildcard board/*/board.conf))
BOARD_TARGET = $(shell sed -n 's/^target = *//p' board/$(BOARD)/board.conf)
A := build/appliance
IMAGE_TIME = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct))
# The public key that its updates are signed with; KEY is the private one.
UPDATE_KEY ?= $(UPDATE_KEYS)/update.pem
KEY ?= $(UPDATE_KEYS)/update-key.pem
for_board = $(MAKE) --no-print-directory TARGET=$(BOARD_TARGET) MODE=release

image-tools: build-tools
	@toolchain/install.sh image
$(UPDATE_KEY): | build-tools
	@image/appliance/update-key.sh $(@D)

SSHD := $(D)/dropbear.stamp
$(SSHD): $(MUSL)

# Of TARGET, which is what board.conf says.
$(A)/%/disk.img: $(B)/mpedge $(B)/mpinit $(UPDATE_KEY) $(SSHD) \
		$(wildcard image/appliance/*.sh image/appliance/grub.cfg) \
		board/%/board.conf board/%/modules.txt board/modules.txt \
		image/settings.sh toolchain/versions.txt | image-tools
	@VERSION='$(VERSION_TEXT)' ETC='$(UPDATE_KEY)' \
		SBOM='--map $(B)/first.map --target $(TARGET) --cc $(CC) --mpedge $(VERSION_TEXT)' \
		image/appliance/build.sh $* $(B)/mpinit $(B)/mpedge \
		$(D)/bin/dropbearmulti
$(A)/%/sdcard.img.xz: $(A)/%/disk.img
	@xz -9 -T 1 -c $< >$@
	@ls -s --block-size=1 $@

image: ## the image of BOARD (x86_64-generic), and its slot: build/appliance/BOARD/disk.img
	@$(for_board) $(A)/$(BOARD)/disk.img
images: ## the images of all boards
	@for board in $(BOARDS); do \
		$(MAKE) --no-print-directory BOARD=$$board image || exit 1; done
sdcard.img.xz: ## the image of BOARD, compressed, for any program that writes cards
	@$(for_board) $(A)/$(BOARD)/sdcard.img.xz
flash: image ## write the image of BOARD to DEVICE, with CONFIG as its mp.ini
	@image/appliance/flash.sh $(A)/$(BOARD)/disk.img '$(DEVICE)' '$(CONFIG)'
bundle: image ## an update for BOARD, signed with KEY: build/mpedge-BOARD.update
	@image/appliance/bundle.sh $(KEY) $(BOARD) '$(VERSION_TEXT)' $(IMAGE_TIME) \
		$(A)/$(BOARD)/slot.img build/mpedge-$(BOARD).update $(ALLOW_DOWNGRADE)
	@ls -s --block-size=1 build/mpedge-$(BOARD).update
.PHONY: bundle flash image image-tools images sdcard.img.xz
