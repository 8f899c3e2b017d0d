/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icu-absent.c - replacements for the functions of ICU that libxml2 calls, for the static
 * programs. It calls them for encodings other than UTF-8, which we reject before it sees
 * them (base/xml/document.c), and ICU would be half of the program.
 */
#include <unicode/ucnv.h>

UConverter *ucnv_open(const char *name, UErrorCode *error)
{
	(void)name;
	*error = U_FILE_ACCESS_ERROR;
	return NULL;
}

void ucnv_close(UConverter *converter)
{
	(void)converter;
}

/* There is no converter, so libxml2 calls none of the following. */

void ucnv_convertEx(UConverter *to, UConverter *from, char **target,
		    const char *target_end, const char **source, const char *source_end,
		    UChar *pivot, UChar **pivot_source, UChar **pivot_target,
		    const UChar *pivot_end, UBool reset, UBool flush, UErrorCode *error)
{
	(void)to, (void)from, (void)target, (void)target_end, (void)source;
	(void)source_end, (void)pivot, (void)pivot_source, (void)pivot_target;
	(void)pivot_end, (void)reset, (void)flush;
	*error = U_UNSUPPORTED_ERROR;
}

void ucnv_setToUCallBack(UConverter *converter, UConverterToUCallback action,
			 const void *context, UConverterToUCallback *old_action,
			 const void **old_context, UErrorCode *error)
{
	(void)converter, (void)action, (void)context, (void)old_action, (void)old_context;
	*error = U_UNSUPPORTED_ERROR;
}

void ucnv_setFromUCallBack(UConverter *converter, UConverterFromUCallback action,
			   const void *context, UConverterFromUCallback *old_action,
			   const void **old_context, UErrorCode *error)
{
	(void)converter, (void)action, (void)context, (void)old_action, (void)old_context;
	*error = U_UNSUPPORTED_ERROR;
}

void UCNV_TO_U_CALLBACK_STOP(const void *context, UConverterToUnicodeArgs *args,
			     const char *units, int32_t n,
			     UConverterCallbackReason reason, UErrorCode *error)
{
	(void)context, (void)args, (void)units, (void)n, (void)reason;
	*error = U_UNSUPPORTED_ERROR;
}

void UCNV_FROM_U_CALLBACK_STOP(const void *context, UConverterFromUnicodeArgs *args,
			       const UChar *units, int32_t n, UChar32 point,
			       UConverterCallbackReason reason, UErrorCode *error)
{
	(void)context, (void)args, (void)units, (void)n, (void)point, (void)reason;
	*error = U_UNSUPPORTED_ERROR;
}
