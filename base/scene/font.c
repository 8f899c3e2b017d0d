/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/scene/font.h"

#include "base/utf8.h"

/* Thousandths of the size, of the characters from U+0020 to U+007E. */
static const uint16_t plain[95] = {
	318,  401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337,
	637,  637, 637, 637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531,
	1000, 685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863, 749, 788,
	604,  788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838, 500,
	500,  613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612,
	635,  635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
};
static const uint16_t bold[95] = {
	349, 457, 521, 838, 696,  1002, 873, 307,  458, 458, 523, 838, 380, 416,
	380, 366, 696, 696, 696,  696,  696, 696,  696, 696, 696, 696, 400, 400,
	838, 838, 838, 581, 1000, 774,  763, 734,  831, 684, 684, 821, 837, 373,
	373, 775, 638, 996, 837,  851,  733, 851,  771, 721, 683, 813, 774, 1104,
	771, 725, 726, 458, 366,  458,  838, 500,  500, 675, 716, 593, 716, 679,
	436, 716, 712, 343, 343,  666,  343, 1042, 712, 688, 716, 716, 494, 596,
	479, 712, 652, 924, 646,  652,  583, 712,  366, 712, 838,
};

static const struct {
	int size;
	const uint16_t *widths;
} fonts[FONT_COUNT] = {
	[FONT_TITLE] = {18, bold}, [FONT_HEAD] = {13, bold},   [FONT_STRONG] = {11, bold},
	[FONT_BODY] = {11, plain}, [FONT_SMALL] = {10, plain},
};

int font_size(enum scene_font font)
{
	return fonts[font].size;
}

/* Thousandths of the size. */
static unsigned other_width(uint32_t code)
{
	if (code == 0xb7) /* the middle dot, which separates pieces */
		return 380;
	if (code == 0x2026) /* the ellipsis */
		return 1000;
	if (code < 0x370)
		return 1050;
	/* Ligatures of several words, and cuneiform signs. */
	if ((code >= 0xfdf0 && code < 0xfe00) || (code >= 0x12000 && code < 0x12550))
		return 12000;
	return 1750;
}

static uint32_t code_of(const char *at, size_t length)
{
	static const uint8_t first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = (uint8_t)*at & first[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((uint8_t)at[i] & 0x3f);
	return code;
}

/* Thousandths of the size; *@length is that of the character in bytes. */
static unsigned one_width(enum scene_font font, const char *at, size_t *length)
{
	if (*at >= ' ' && *at <= '~') {
		*length = 1;
		return fonts[font].widths[*at - ' '];
	}
	*length = utf8_length(at);
	if (*length == 0 || *length > 4) {
		*length = 1;
		return 1750;
	}
	return other_width(code_of(at, *length));
}

int font_width(enum scene_font font, const char *string)
{
	uint64_t sum = 0;
	size_t length;

	for (; *string; string += length)
		sum += one_width(font, string, &length);
	sum = (sum * (unsigned)fonts[font].size + 999) / 1000;
	return (int)MIN(sum, 1u << 24);
}

bool text_add_fitting(struct text *text, enum scene_font font, const char *string,
		      int width)
{
	static const char dots[] = "\xe2\x80\xa6";
	uint64_t room = (uint64_t)MAX(width, 0) * 1000 / (unsigned)fonts[font].size;
	uint64_t used = other_width(0x2026);
	size_t n = 0, length;

	if (font_width(font, string) <= width) {
		text_adds(text, string);
		return true;
	}
	if (used > room)
		return false;
	for (; string[n]; n += length) {
		used += one_width(font, string + n, &length);
		if (used > room)
			break;
	}
	text_add(text, string, n);
	text_adds(text, dots);
	return false;
}

void text_add_drawable(struct text *text, const char *string)
{
	size_t start = text->n;
	char *at;

	text_add_shown(text, string);
	if (text->n == start)
		return;
	for (at = text->s + start; (at = strstr(at, "\xef\xbf"));) {
		if ((uint8_t)at[2] >= 0xbe)
			memset(at, '?', 3);
		else
			at += 2;
	}
}
