# The lab's firmware for the Uno. The build id is the start of the sources' sha256.
AVR_IMAGES += uno.hex
AVR_FLAGS = -mmcu=atmega328p -std=gnu11 -Os -Wall -Wextra -Werror -ffunction-sections -fno-ident -g0 \
  -Iavr
UNO_C = $(sort $(wildcard avr/*.c common/*.c))
UNO_ALL = $(UNO_C) $(sort $(wildcard avr/*.h common/*.h)) protocol/protocol.h
UNO_ID := 0x$(shell cat $(UNO_ALL) | sha256sum | cut -c1-8)UL

$(OUT)/uno.hex: $(UNO_ALL) avr/build.mk
	mkdir -p $(OBJ)/uno
	set -e; for f in $(UNO_C); do \
	  avr-gcc $(AVR_FLAGS) -DBUILD_ID=$(UNO_ID) -c $$f -o $(OBJ)/uno/$$(basename $$f .c).o; done
	avr-gcc -mmcu=atmega328p -Wl,--gc-sections -o $(OBJ)/uno/uno.elf \
	  $(patsubst %.c,$(OBJ)/uno/%.o,$(notdir $(UNO_C)))
	avr-objcopy -O ihex -j .text -j .data $(OBJ)/uno/uno.elf $@
	avr-size $(OBJ)/uno/uno.elf

uno: $(OUT)/uno.hex
	@$(RECORD)
.PHONY: uno
