/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xml-library.c - the functions of libxml2 that we call: it brings ICU along. */
#include "base/library.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#define XML(...) LIBRARY_FUNCTION(SONAME_XML2, __VA_ARGS__)

/* clang-format off */
XML(xmlParserCtxtPtr, xmlCreateMemoryParserCtxt, (const char *a, int b), (a, b))
XML(xmlDocPtr, xmlCtxtReadMemory, (xmlParserCtxtPtr a, const char *b, int c, const char *d, const char *e, int f), (a, b, c, d, e, f))
XML(int, xmlCtxtUseOptions, (xmlParserCtxtPtr a, int b), (a, b))
XML(xmlNodePtr, xmlDocGetRootElement, (const xmlDoc *a), (a))
XML(xmlNodePtr, xmlFirstElementChild, (xmlNodePtr a), (a))
XML(void, xmlFreeDoc, (xmlDocPtr a), (a))
XML(void, xmlFreeParserCtxt, (xmlParserCtxtPtr a), (a))
XML(void, xmlInitParser, (void), ())
XML(xmlNodePtr, xmlLastElementChild, (xmlNodePtr a), (a))
XML(xmlParserCtxtPtr, xmlNewParserCtxt, (void), ())
XML(xmlNodePtr, xmlNextElementSibling, (xmlNodePtr a), (a))
XML(int, xmlParseDocument, (xmlParserCtxtPtr a), (a))
XML(int, xmlSAX2GetLineNumber, (void *a), (a))
XML(xmlNsPtr, xmlSearchNs, (xmlDocPtr a, xmlNodePtr b, const xmlChar *c), (a, b, c))
XML(void, xmlSetGenericErrorFunc, (void *a, xmlGenericErrorFunc b), (a, b))
XML(void, xmlStopParser, (xmlParserCtxtPtr a), (a))
XML(xmlXPathObjectPtr, xmlXPathEvalExpression, (const xmlChar *a, xmlXPathContextPtr b), (a, b))
XML(void, xmlXPathFreeContext, (xmlXPathContextPtr a), (a))
XML(void, xmlXPathFreeObject, (xmlXPathObjectPtr a), (a))
XML(xmlXPathContextPtr, xmlXPathNewContext, (xmlDocPtr a), (a))
XML(int, xmlXPathRegisterNs, (xmlXPathContextPtr a, const xmlChar *b, const xmlChar *c), (a, b, c))
XML(xmlGenericErrorFunc *, __xmlGenericError, (void), ())
XML(void **, __xmlGenericErrorContext, (void), ())
