# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sphinx: the documentation as HTML. Nothing is fetched from a network, neither when it is
built nor when it is read. `ninja -C BUILD html` runs this; the version is passed by Meson.
"""
import re

project = "virt-layout"
author = "The virt-layout authors"
root_doc = "index"
language = "en"
extensions = []
exclude_patterns = []
# Words such as "sysfs" are not code in a language that could be highlighted.
highlight_language = "none"
# "--" in options must stay as it is.
smartquotes = False
nitpicky = True

html_theme = "alabaster"
html_theme_options = {
    "description": "NUMA and PCI layouts of libvirt guests",
    "fixed_sidebar": True,
    "page_width": "70em",
    "font_family": "sans-serif",
    "font_size": "16px",
    "show_powered_by": False,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None
html_use_index = False

# A man page begins with its name and its summary as titles, and with its section as a
# field. In HTML the title is name(section), and the summary is a sentence below it.
HEAD = re.compile(r"(?m)^(=+)\n(?P<name>\S+)\n=+\n\n-+\n(?P<summary>.+)\n-+\n\n:Manual section: (?P<section>\d)$")
# What names a man page of ours, as they do and as other pages do.
PAGE = re.compile(r"(?<![*`])(?:\*\*|``)(virt-layout(?:-[a-z]+)?|hook\.conf)(?:\*\*\\ \(([15])\)|\(([15])\)``)")
# *docs/kubevirt.rst* and ``docs/kubevirt.rst``: a page of this documentation.
FILE = re.compile(r"(?<![*`])(\*|``)docs/([a-z-]+)\.rst\1")


def title_of(match):
    title = f"{match['name']}({match['section']})"
    line = "=" * len(title)
    # The number of lines stays the same, so that warnings name the right ones.
    return f"{line}\n{title}\n{line}\n\n{match['summary'][0].upper()}{match['summary'][1:]}.\n\n\n\n"


def linked(_app, name, source):
    text = source[0]
    if name.startswith("man/"):
        text = HEAD.sub(title_of, text)
    text = PAGE.sub(r":doc:`\1(\2\3) </man/\1.\2\3>`", text)
    source[0] = FILE.sub(r":doc:`/\2`", text)


def setup(app):
    app.connect("source-read", linked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
