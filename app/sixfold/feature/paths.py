"""Files that a task's text names: paths relative to the repository's root."""

from __future__ import annotations

import re
from typing import Final

EXTENSIONS: Final = frozenset(
    "go mod sum work py pyi pyx ipynb js jsx ts tsx mjs cjs mts cts vue svelte astro css scss sass less html htm tmpl gohtml"
    " templ md mdx rst adoc txt json jsonc json5 jsonl ndjson yaml yml toml ini cfg conf env properties xml svg png jpg"
    " jpeg gif webp ico pdf csv tsv sql prisma graphql gql proto thrift avsc sh bash zsh fish ps1 psm1 bat cmd rs c h cc cpp cxx hpp hh"
    " hxx ipp m mm swift kt kts java groovy gradle scala clj cs csproj sln slnx fs fsx vb razor cshtml props targets resx xaml rb erb"
    " rake gemspec php twig pl pm lua r R jl ex exs erl hrl hs ml mli elm dart zig nim v sv vhd tf tfvars hcl nix lock log"
    " db sqlite sqlite3 test snap golden patch diff service timer socket plist entitlements storyboard xib pbxproj xcconfig xcodeproj"
    " dockerfile mk cmake in tpl j2 hbs mustache ejs pug njk liquid wasm wat tape cast gif bru http rest feature spec rego cue star bzl bazel puml"
    " mmd drawio onnx pt bin dat key pem crt cer p12 jks apk aab aar jar war whl tgz gz zip tar deb rpm exe dll so dylib a o"
    " example sample template tmp bak map woff woff2 ttf otf mp3 mp4 wav ogg flac mov webm xlsx docx pptx".split()
)
_WORD: Final = re.compile(r"`([^`\n]+)`|([^\s`<>|\"'“”‘’«»「」『』，、；。！？（）【】：,;]+)")
_LINE_NUMBER = re.compile(r"(?::\d+(?:[-:,]\d+)*|#L\d+(?:-L?\d+)?)$")


def files_in(text: str) -> tuple[str, ...]:
    """The paths `text` names, in order, without repeats, braces expanded."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word = (match[1] or match[2]).strip("()[]{}*.,:")
        word = _LINE_NUMBER.sub("", word).removeprefix("./")
        if "://" in word or " " in word or "(" in word:
            continue
        name = word.rsplit("/", 1)[-1]
        if "." in name and name.rsplit(".", 1)[-1] in EXTENSIONS:
            found.setdefault(word)
    return tuple(found)
