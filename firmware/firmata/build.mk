# Firmata for the Uno: the wire protocol that johnny-five and other Firmata clients speak.
AVR_IMAGES += firmata.hex
FIRMATA_FLAGS = -mmcu=atmega328p -std=gnu11 -Os -Wall -Wextra -Werror -ffunction-sections \
  -fno-ident -g0
FIRMATA_C = $(sort $(wildcard firmata/*.c))
FIRMATA_ALL = $(FIRMATA_C) $(sort $(wildcard firmata/*.h))

$(OUT)/firmata.hex: $(FIRMATA_ALL) firmata/build.mk
	mkdir -p $(OBJ)/firmata
	set -e; for f in $(FIRMATA_C); do \
	  avr-gcc $(FIRMATA_FLAGS) -c $$f -o $(OBJ)/firmata/$$(basename $$f .c).o; done
	avr-gcc -mmcu=atmega328p -Wl,--gc-sections -o $(OBJ)/firmata/firmata.elf \
	  $(FIRMATA_C:firmata/%.c=$(OBJ)/firmata/%.o)
	avr-objcopy -O ihex -j .text -j .data $(OBJ)/firmata/firmata.elf $@
	avr-size $(OBJ)/firmata/firmata.elf

firmata: $(OUT)/firmata.hex
	@$(RECORD)
.PHONY: firmata
