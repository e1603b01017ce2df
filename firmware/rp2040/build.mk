# The lab's firmware for the Pico: an image for RAM, as it stands in memory (.bin, for the emulator) and
# in the blocks that the boot ROM's USB drive takes (.uf2). The build id is the start of the sources'
# sha256.
ARM_IMAGES += pico.bin pico.uf2
ARM_FLAGS = -mcpu=cortex-m0plus -mthumb -std=gnu11 -Os -ffreestanding -Wall -Wextra -Werror \
  -ffunction-sections -fdata-sections -fno-ident -g0 -fno-tree-loop-distribute-patterns -Irp2040
PICO_C = $(sort $(wildcard rp2040/*.c)) $(sort $(wildcard common/*.c))
PICO_ALL = $(PICO_C) $(sort $(wildcard rp2040/*.h common/*.h)) rp2040/ram.ld protocol/protocol.h
PICO_ID := 0x$(shell cat $(PICO_ALL) | sha256sum | cut -c1-8)UL
# Not ?=: npm puts the Node that runs itself into the environment, which may be too old for TypeScript.
NODE = $(firstword $(wildcard ../node_modules/.bin/node) node)

$(OUT)/pico.bin: $(PICO_ALL) rp2040/build.mk
	mkdir -p $(OBJ)/pico
	set -e; for f in $(PICO_C); do arm-none-eabi-gcc $(ARM_FLAGS) -DBUILD_ID=$(PICO_ID) \
	  -c $$f -o $(OBJ)/pico/$$(basename $$f .c).o; done
	arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb -nostdlib -Wl,--gc-sections -Wl,--build-id=none \
	  -T rp2040/ram.ld -o $(OBJ)/pico/pico.elf \
	  $(patsubst %.c,$(OBJ)/pico/%.o,$(notdir $(PICO_C))) -lgcc
	arm-none-eabi-objcopy -O binary $(OBJ)/pico/pico.elf $@
	chmod 644 $@ # objcopy thinks it can be run
	arm-none-eabi-size $(OBJ)/pico/pico.elf

$(OUT)/pico.uf2: $(OUT)/pico.bin rp2040/uf2.ts
	$(NODE) rp2040/uf2.ts 0x20000000 $< $@

pico: $(OUT)/pico.bin $(OUT)/pico.uf2
	@$(RECORD)
.PHONY: pico
