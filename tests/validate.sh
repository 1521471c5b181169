#!/usr/bin/env bash
# Do programs the project did not write read its exports?
#   tests/validate.sh FOLDER      a folder with the files of every format
#   VALIDATE_INSTALL=1            first installs the validators (PyPI xaif with pandas, networkx, pyld;
#                                 npm @argdown/cli, axe-core) into VALIDATE_HOME, ~/.cache/counterpoint-validate
# What is not installed is skipped aloud. Exits 1 if a validator refuses a file.
set -u
folder=$(cd "$1" && pwd)
home=${VALIDATE_HOME:-$HOME/.cache/counterpoint-validate}
failed=0
pass() { echo "ok      $1"; }
fail() { echo "FAIL    $1"; failed=1; }
skip() { echo "skipped $1"; }

if [ "${VALIDATE_INSTALL:-}" = 1 ]; then
  mkdir -p "$home"
  python3 -m venv "$home/python" && "$home/python/bin/pip" install -q xaif pandas networkx pyld
  (cd "$home" && npm install --silent --no-fund --no-audit @argdown/cli axe-core)
fi
python=$home/python/bin/python
[ -x "$python" ] || python=python3

# runs the Python on standard input if the module is there
with() {
  module=$1 name=$2
  if ! "$python" -c "import $module" 2>/dev/null; then
    cat >/dev/null
    skip "$name: Python has no $module (VALIDATE_INSTALL=1 installs it)"
  elif FOLDER=$folder "$python" -; then pass "$name"; else fail "$name"; fi
}

with csv "CSV: five tables, every row as wide as its heading, no formula" <<'PY'
import csv, os
tables = {}
for name in "articles voices claims points positions".split():
    with open(f"{os.environ['FOLDER']}/{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert rows and all(None not in r and None not in r.values() for r in rows), name
    assert all(not v.lstrip().startswith(("=", "+", "@")) for r in rows for v in r.values()), name
    tables[name] = rows
claims = {r["id"] for r in tables["claims"]}
assert all(r["claim"] in claims for r in tables["positions"])
PY

with xaif "xAIF: the xaif package reads nodes, edges and relations" <<'PY'
import json, os
from xaif import AIF
data = json.load(open(f"{os.environ['FOLDER']}/debate.xaif.json", encoding="utf-8"))
aif = AIF(data)
graph = data["AIF"]
ids = {n["nodeID"] for n in graph["nodes"]}
assert len(ids) == len(graph["nodes"])
assert all(e["fromID"] in ids and e["toID"] in ids for e in graph["edges"])
assert {"I", "L", "YA", "RA", "CA"} <= {n["type"] for n in graph["nodes"]}
assert aif.is_valid_json_aif() and aif.is_json_aif_dialog()
relations = aif.get_csv("argument-relation")
schemes = sum(n["type"] in ("RA", "CA", "MA") for n in graph["nodes"])
assert (relations["relation"] != "None").sum() == schemes
names = {p["firstname"] for p in graph["participants"]}
assert all(aif.get_speaker(n["nodeID"])[0].strip() in names for n in graph["nodes"] if n["type"] == "L")
PY

with networkx "GraphML: networkx reads voices and points" <<'PY'
import json, os
import networkx
graph = networkx.read_graphml(f"{os.environ['FOLDER']}/debate.graphml")
debate = json.load(open(f"{os.environ['FOLDER']}/debate.json", encoding="utf-8"))
assert graph.number_of_nodes() == len(debate["voices"]) + len(debate["points"])
for point in debate["points"]:
    for voice in point["for"]:
        assert graph.edges[f"voice:{voice}", f"point:{point['id']}"]["side"] in ("for", "both")
PY

with json "Web Annotation: every quote stands where its position says" <<'PY'
import json, os
debate = json.load(open(f"{os.environ['FOLDER']}/debate.json", encoding="utf-8"))
texts = {a["article"]: a["text"] for a in json.load(open(f"{os.environ['FOLDER']}/evidence.json", encoding="utf-8"))["articles"]}
by_sha = {a["sha256"]: texts[a["id"]] for a in debate["articles"]}
items = json.load(open(f"{os.environ['FOLDER']}/annotations.jsonld", encoding="utf-8"))["first"]["items"]
assert len(items) == len(debate["claims"])
for item in items:
    text = by_sha[item["target"]["source"]["id"].removeprefix("urn:sha256:")]
    position, quote = item["target"]["selector"]
    a, b = position["start"], position["end"]
    assert text[a:b] == quote["exact"]
    assert text[:a].endswith(quote["prefix"]) and text[b:].startswith(quote["suffix"])
PY

with pyld "Web Annotation: a JSON-LD processor expands every annotation" <<'PY'
import json, os
from pyld import jsonld
OA, AS, RDF = "http://www.w3.org/ns/oa#", "https://www.w3.org/ns/activitystreams#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# the terms of http://www.w3.org/ns/anno.jsonld that the export uses, so that no network is needed
context = {"@context": {
    "oa": OA, "as": AS, "rdf": RDF, "dc": "http://purl.org/dc/elements/1.1/", "dctypes": "http://purl.org/dc/dcmitype/",
    "id": {"@type": "@id", "@id": "@id"}, "type": {"@type": "@id", "@id": "@type"},
    "Annotation": "oa:Annotation", "Text": "dctypes:Text", "TextualBody": "oa:TextualBody",
    "AnnotationCollection": "as:OrderedCollection", "AnnotationPage": "as:OrderedCollectionPage",
    "TextPositionSelector": "oa:TextPositionSelector", "TextQuoteSelector": "oa:TextQuoteSelector",
    "tagging": "oa:tagging", "classifying": "oa:classifying",
    "body": {"@type": "@id", "@id": "oa:hasBody"}, "target": {"@type": "@id", "@id": "oa:hasTarget"},
    "source": {"@type": "@id", "@id": "oa:hasSource"}, "selector": {"@type": "@id", "@id": "oa:hasSelector"},
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"}, "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "exact": "oa:exact", "prefix": "oa:prefix", "suffix": "oa:suffix", "start": "oa:start", "end": "oa:end",
    "value": "rdf:value", "format": "dc:format", "language": "dc:language", "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "total": "as:totalItems", "first": {"@type": "@id", "@id": "as:first"}, "startIndex": "as:startIndex",
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"}}}
jsonld.set_document_loader(lambda url, options={}: {"contextUrl": None, "documentUrl": url, "document": context})
data = json.load(open(f"{os.environ['FOLDER']}/annotations.jsonld", encoding="utf-8"))
[collection] = jsonld.expand(data)
[page] = collection[AS + "first"]
items = page[AS + "items"][0]["@list"]
assert len(items) == data["total"]
assert all(OA + "hasTarget" in i and i["@type"] == [OA + "Annotation"] for i in items)
PY

argdown=$home/node_modules/.bin/argdown
[ -x "$argdown" ] || argdown=$(command -v argdown || true)
if [ -z "$argdown" ]; then
  skip "Argdown: no argdown here (VALIDATE_INSTALL=1 installs @argdown/cli)"
else
  out=$(mktemp -d)
  if "$argdown" json "$folder/debate.argdown" "$out" >"$out/said" 2>&1 && ! grep -qiE "error|exception" "$out/said" && [ -s "$out/debate.json" ] &&
    FOLDER=$folder OUT=$out "$python" - <<'PY'
import json, os
map_ = json.load(open(f"{os.environ['OUT']}/debate.json", encoding="utf-8"))
debate = json.load(open(f"{os.environ['FOLDER']}/debate.json", encoding="utf-8"))
assert len(map_["relations"]) == sum(len(p["claims"]) for p in debate["points"]), len(map_["relations"])
assert len(map_["statements"]) == len(debate["points"]), len(map_["statements"])
PY
  then pass "Argdown: argdown reads every point and every relation"
  else cat "$out/said"; fail "Argdown: argdown reads every point and every relation"; fi
  rm -rf "$out"
fi
exit $failed
