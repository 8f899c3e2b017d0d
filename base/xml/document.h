/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * document.h - an XML text together with its tree. The tree (libxml2) is for reading; the
 * text is what is edited, so that everything that is not changed deliberately keeps its
 * bytes (quotes, white space in tags, CRLF, CDATA, references, comments).
 *
 * Elements are numbered in document order from 0, the root. X.
 */
#pragma once

#include "base/xml/document-types.h"
#include "base/error.h"
#include "base/file.h"

/* Call it before several threads parse. Error (3): libxml2 cannot be loaded. */
int document_prepare(struct error *error) _must_check_;
/*
 * Parses @n bytes into a *@ret that is zeroed, except perhaps for ret->xpath, and zeroed
 * again after an error. Errors, all
 * with file and line: not well-formed, not UTF-8 (a byte order mark is accepted and
 * kept), a DOCTYPE, larger than FILE_LIMIT, nested deeper than 256 elements, more than
 * 1000 attributes of one element, the text and the tree do not agree (no known input
 * causes that). In addition, the error of document_prepare().
 */
int document_parse(const char *name, const char *bytes, size_t n, struct document *ret,
		   struct error *error) _must_check_;
/* The same from a file, "-" for standard input. */
int document_read(const char *path, struct document *ret, struct error *error)
	_must_check_;
/*
 * The same, but if the content of the root's child @name exceeds the limits of depth or
 * attributes, it is replaced with spaces; ret->blanked_line is then its line.
 */
int document_read_without(const char *path, const char *name, struct document *ret,
			  struct error *error) _must_check_;
/*
 * What must hold for the bytes of any XML that is given to libxml2: at most FILE_LIMIT,
 * UTF-8 without NUL, and no declaration of another encoding.
 */
int document_check_bytes(const char *name, const struct text *text, struct error *error)
	_must_check_;
/* The same for bytes, as document_parse(). */
int document_parse_without(const char *name, const char *bytes, size_t n,
			   const char *without, struct document *ret, struct error *error)
	_must_check_;
void document_free(struct document *document);
#define _cleanup_document_ _cleanup_(document_free)

/* The number of a node of the document's tree. */
int document_number(const xmlNode *node);
/*
 * First child element called @name without a namespace, or the next one after it; or -1.
 * A NULL name is any element; a parent of -1 is the document, whose child is the root.
 */
int document_child(const struct document *document, int parent, const char *name);
int document_next(const struct document *document, int element, const char *name);
/* Element at "a/b/c" below @parent, -1 if any step is missing. */
int document_find(const struct document *document, int parent, const char *path);
/* The same for the first @n bytes of @path. */
int document_find_step(const struct document *document, int parent, const char *path,
		       size_t n);
const char *document_element_name(const struct document *document, int element);
/*
 * The attribute's value, references resolved, NULL if it is absent. Borrowed from the
 * tree.
 */
const char *document_attribute(const struct document *document, int element,
			       const char *name);
/* The text directly in the element, trimmed. Owned by the caller. Never NULL. */
char *document_content(const struct document *document, int element) _must_check_;
/* From the element's '<' through its final '>'. */
struct span document_whole(const struct document *document, int element);
/*
 * "/domain/devices/controller[3]"; a position only where siblings share the name. The
 * cost grows with the depth, not with the number of siblings.
 */
char *document_path(const struct document *document, int element) _must_check_;
/* From 1, among the siblings with its name in the text. */
unsigned document_position(const struct document *document, int element);
/* The last step of it, "controller[3]". */
char *document_step(const struct document *document, int element) _must_check_;
