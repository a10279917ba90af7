# The images of the appliance; read by the Makefile.  BOARD names a folder of
# board/, which says what it is compiled for.

BOARD ?= x86_64-generic
BOARDS := $(patsubst board/%/board.conf,%,$(wildcard board/*/board.conf))
BOARD_TARGET = $(shell sed -n 's/^target = *//p' board/$(BOARD)/board.conf)
A := build/appliance
INIT ?= $(B)/mpinit
for_board = $(MAKE) --no-print-directory TARGET=$(BOARD_TARGET) MODE=release

image-tools: build-tools
	@toolchain/install.sh image

# Of TARGET, which is what board.conf says.
$(A)/%/disk.img: $(B)/mpedge $(INIT) $(wildcard image/appliance/*) \
		board/%/board.conf board/%/modules.txt board/modules.txt \
		image/settings.sh toolchain/versions.txt | image-tools
	@VERSION='$(VERSION_TEXT)' CONFIG='$(CONFIG)' \
		image/appliance/build.sh $* $(INIT) $(B)/mpedge -

image: ## the image of BOARD (x86_64-generic): build/appliance/BOARD/disk.img
	@$(for_board) $(A)/$(BOARD)/disk.img
images: ## the images of all boards
	@for board in $(BOARDS); do \
		$(MAKE) --no-print-directory BOARD=$$board image || exit 1; done
