/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/xml/xml-library.h"

/* See xml-library.h about xmlByteConsumed. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
LIBRARY_DEFINE(DLOPEN_XML2, xml_library_load, XML_FUNCTIONS, SONAME_XML2, "xml",
	       "reading XML", "required")
