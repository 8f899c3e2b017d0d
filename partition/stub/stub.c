/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/stub/stub.h"

#include "base/mem.h"
#include "base/text.h"

const char *const stub_default_message =
	"This disk boots only with UEFI firmware, but it was started by a BIOS.\r\nSwitch the machine to UEFI; in libvirt: <os firmware='efi'>.\r\n";

size_t stub_message_bytes(void)
{
	return STUB_BYTES - stub_code_bytes - 1;
}

/* The message with CR LF at every line end. */
static int make_lines(const char *message, size_t n, struct text *ret,
		      struct error *error)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)message[i];

		if (byte == '\r' && i + 1 < n && message[i + 1] == '\n')
			continue;
		if (byte == '\n')
			text_adds(ret, "\r\n");
		else if (byte >= 0x20 && byte < 0x7f)
			text_addc(ret, (char)byte);
		else
			return error_input(
				error,
				"byte %zu of the message is 0x%02x; only printable ASCII and newlines can be shown",
				i + 1, byte);
	}
	if (ret->n == 0)
		return error_input(error, "the message is empty");
	if (ret->s[ret->n - 1] != '\n')
		text_adds(ret, "\r\n");
	return 0;
}

int stub_fill(uint8_t sector[static STUB_BYTES], const char *message, size_t n,
	      struct error *error)
{
	_cleanup_text_ struct text lines = {};

	if (!message) {
		message = stub_default_message;
		n = strlen(message);
	}
	if (make_lines(message, n, &lines, error) < 0)
		return -1;
	if (lines.n > stub_message_bytes())
		return error_input(
			error,
			"the message is too long by %zu B: it needs %zu with a CR before each newline, and there is room for %zu",
			lines.n - stub_message_bytes(), lines.n, stub_message_bytes());
	stub_clear(sector);
	memcpy(sector, stub_code, stub_code_bytes);
	if (lines.n > 0)
		memcpy(sector + stub_code_bytes, lines.s, lines.n);
	return 0;
}

void stub_clear(uint8_t sector[static STUB_BYTES])
{
	memset(sector, 0, STUB_BYTES);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

enum stub_state stub_find(const uint8_t sector[static STUB_BYTES], char **ret_message)
{
	const uint8_t *message = sector + stub_code_bytes, *end;

	if (ret_message)
		*ret_message = NULL;
	if (all_zero(sector, STUB_BYTES))
		return STUB_NONE;
	if (memcmp(sector, stub_code, stub_code_bytes) != 0)
		return STUB_OTHER;
	end = memchr(message, 0, STUB_BYTES - stub_code_bytes);
	if (!end || end == message || !all_zero(end, (size_t)(sector + STUB_BYTES - end)))
		return STUB_OTHER;
	if (ret_message)
		*ret_message = xstrndup((const char *)message, (size_t)(end - message));
	return STUB_OURS;
}
