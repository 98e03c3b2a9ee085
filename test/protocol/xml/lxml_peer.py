"""Answers questions about XML with libxml2, one JSON document a line.

{"do": "verdict", "xml"}: {"ok": bool}: is it well-formed (undeclared prefixes
  and the like, which libvirt accepts, count as well-formed).
{"do": "edits", "xml", "edits", "ours"}: makes the edits (each names what is
  declared at its places, as lxml drops declarations it has no use for), compares
  in canonical form with ours: {"ok": bool, "theirs", "ours"}. White space between elements
  is left out unless every edit is of attributes or text.
{"do": "find", "xml", "path", "namespaces"}: {"found": [...]}: what XPath finds:
  numbers are places of elements in document order, texts are values.
{"do": "model", "xml", "isNetwork"}: {"model": {...}}: what handlers are promised of it, see lxml_model.py.
"""
import json
import sys

from lxml import etree

from lxml_model import model

def parse(text):
    return etree.fromstring(text.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True))


def verdict(question):
    data = question["xml"].encode("utf-8", "surrogatepass")
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        etree.fromstring(data, parser)
        return {"ok": True}
    except etree.XMLSyntaxError as error:
        # As libvirt does: only fatal ones count, which those of namespaces are not.
        fatal = any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log)
        return {"ok": not fatal, "why": str(error)}


def blank(text):
    return text is not None and text.strip(" \t\r\n") == ""


def without_layout(root):
    for node in root.iter():
        if blank(node.text) and isinstance(node.tag, str):
            node.text = None
        if blank(node.tail):
            node.tail = None


def canonical(root):
    text = etree.tostring(root.getroottree(), method="c14n", exclusive=True, with_comments=True)
    return text.decode("utf-8")


def without_prefixes(root):
    """As canonical, with URIs in place of prefixes."""
    beside = root.getroottree().xpath("/comment() | /processing-instruction()")
    return json.dumps([describe(root)] + [[kind_of(node), node.text] for node in beside], indent=1)


def kind_of(node):
    return node.tag if isinstance(node.tag, str) else node.tag.__name__ + " " + getattr(node, "target", "")


def describe(node):
    return [kind_of(node), sorted(node.attrib.items()), node.text or "", [describe(child) for child in node], node.tail or ""]


def fragment(edit, namespaces):
    names = " ".join('xmlns%s="%s"' % (":" + p if p else "", u) for p, u in namespaces.items())
    wrapper = parse("<w %s>%s</w>" % (names, edit["xml"]))
    nodes = list(wrapper)
    nodes[-1].tail = None
    return nodes


def detach(node):
    """Takes a node out and leaves the text behind it."""
    parent, previous = node.getparent(), node.getprevious()
    tail = node.tail or ""
    if previous is not None:
        previous.tail = (previous.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    node.tail = None
    parent.remove(node)


def attribute_name(edit, namespaces):
    prefix, _, local = edit["name"].rpartition(":")
    return "{%s}%s" % (namespaces[prefix], local) if prefix else local


def make(edit, element, namespaces):
    kind = edit["kind"]
    if kind == "setAttribute":
        element.set(attribute_name(edit, namespaces), edit["value"])
    elif kind == "removeAttribute":
        element.attrib.pop(attribute_name(edit, namespaces), None)
    elif kind == "setText":
        for node in list(element):
            element.remove(node)
        element.text = edit["value"]
    elif kind == "append":
        for node in fragment(edit, namespaces):
            element.append(node)
    elif kind == "insertBefore":
        for node in fragment(edit, namespaces):
            element.addprevious(node)
    elif kind == "insertAfter":
        for node in reversed(fragment(edit, namespaces)):
            element.addnext(node)
    elif kind == "replace":
        for node in fragment(edit, namespaces):
            element.addprevious(node)
        detach(element)
    elif kind == "remove":
        detach(element)
    else:
        raise ValueError(kind)


def edits(question):
    root = parse(question["xml"])
    for edit in question["edits"]:
        elements = list(root.iter("*"))
        for index, namespaces in zip(edit["targets"], edit["namespaces"]):
            make(edit, elements[index], namespaces)
    mine = parse(question["ours"])
    if not all(edit["kind"] in ("setAttribute", "removeAttribute", "setText") for edit in question["edits"]):
        without_layout(root)
        without_layout(mine)
    theirs, ours = canonical(root), canonical(mine)
    if theirs != ours and "xmlns:" in theirs + ours:
        # lxml joins prefixes that stand for one URI when it moves elements.
        theirs, ours = without_prefixes(root), without_prefixes(mine)
    return {"ok": True} if theirs == ours else {"ok": False, "theirs": theirs, "ours": ours}


def find(question):
    root = parse(question["xml"])
    places = {element: index for index, element in enumerate(root.iter("*"))}
    found = root.xpath(question["path"], namespaces=question["namespaces"])
    return {"found": [places[f] if isinstance(f, etree._Element) else str(f) for f in found]}


ANSWERS = {
    "verdict": verdict,
    "edits": edits,
    "find": find,
    "model": lambda question: {"model": model(parse(question["xml"]), question["isNetwork"])},
}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = ANSWERS[question["do"]](question)
    except Exception as error:  # The test shows it.
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
