/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xml-library.h - the functions of libxml2 that we call. It needs ICU and libstdc++,
 * which take longer to load than most commands run.
 */
#pragma once

#include "base/library.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

/* clang-format off */
#define XML_FUNCTIONS(X) \
	X(xmlCreateMemoryParserCtxt) \
	X(xmlCtxtReadMemory) \
	X(xmlCtxtUseOptions) \
	X(xmlDocGetRootElement) \
	X(xmlFreeParserCtxt) \
	X(xmlInitParser) \
	X(xmlLastElementChild) \
	X(xmlMemSetup) \
	X(xmlNewParserCtxt) \
	X(xmlParseDocument) \
	X(xmlResetLastError) \
	X(xmlSAX2Characters) \
	X(xmlSAX2GetLineNumber) \
	X(xmlSAX2StartElementNs) \
	X(xmlSearchNs) \
	X(xmlStopParser) \
	X(xmlXPathEvalExpression) \
	X(xmlXPathFreeContext) \
	X(xmlXPathFreeObject) \
	X(xmlXPathNewContext) \
	X(xmlXPathRegisterNs)
/* clang-format on */

/*
 * Each as sym_NAME. libxml2 2.14 deprecates xmlByteConsumed, but has nothing else that
 * tells where in the text an element is.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
LIBRARY_DECLARE(DLOPEN_XML2, XML_FUNCTIONS)
#pragma GCC diagnostic pop
/*
 * Call it before the first of them; parsing a document does. Error (3): it cannot be
 * loaded.
 */
int xml_library_load(struct error *error) _must_check_;
