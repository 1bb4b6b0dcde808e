"""What file names look like: extensions, names without one, and names that only look like files."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SURE_EXTENSIONS: Final = _words("""
    go py pyi pyx ipynb js jsx ts tsx mjs cjs mts cts vue svelte astro css scss sass less html
    htm tmpl gohtml templ md mdx mdc rst adoc txt json jsonc json5 jsonl ndjson yaml yml toml
    xml svg png jpg jpeg gif webp ico pdf csv tsv sql prisma graphql gql proto thrift avsc sh
    bash zsh fish ps1 psm1 bat cmd rs cc cpp cxx hpp hh hxx swift kt kts java groovy gradle
    scala clj cljs cs csproj sln slnx fsx fsproj vbproj razor cshtml resx xaml rb erb rake
    gemspec php twig lua exs erl hrl elm dart zig nim tf tfvars hcl nix plist xcconfig xcodeproj
    pbxproj xcscheme storyboard entitlements gpg asc conf cfg ini sqlite sqlite3 cmake j2 hbs
    mustache ejs njk wasm tgz gz zip tar deb rpm exe dll dylib whl jar puml drawio mmd onnx woff
    woff2 ttf mp3 mp4 wav webm gif cast patch snap lock pem crt cer p12 tape editorconfig props
    bicep rego cue feature
""")
"""Extensions that make a bare word a file name."""

OTHER_EXTENSIONS: Final = _words("""
    mod sum work c h m mm r d s pl pm ex hs ml v sv fs vb env log db test spec golden diff
    service timer socket key in tpl pug wat bru http rest star bzl example sample template tmp
    bak map dat bin so a o out properties targets local dockerfile mk ps rc
""")
"""Extensions that also are ordinary words after a dot: they count below a directory only."""

NAMES: Final = _words("""
    Makefile GNUmakefile Dockerfile Containerfile Justfile justfile Procfile Jenkinsfile
    Vagrantfile Gemfile Rakefile Podfile Brewfile Caddyfile Tiltfile CODEOWNERS PKGBUILD go.mod
    go.sum go.work go.work.sum .env .envrc .gitignore .gitattributes .gitmodules .gitkeep
    .dockerignore .editorconfig .nvmrc .npmrc .yarnrc .npmignore .tool-versions .python-version
    .node-version .go-version .helmignore .vercelignore .eslintrc .prettierrc .eslintignore
    .prettierignore .stylelintrc .babelrc .markdownlintignore .swcrc .clang-format .clang-tidy
    .rspec .rubocop .mailmap .cursorrules .windsurfrules .bazelrc .bazelversion .flake8
    .coveragerc .pylintrc
""")
"""Files without an extension that tells."""

QUOTED_NAMES: Final = _words(
    "LICENSE NOTICE README CHANGELOG VERSION AUTHORS CONTRIBUTING BUILD WORKSPACE"
)
"""Files that are ordinary words too: they count in code spans only."""

PRODUCTS: Final = _words("""
    node.js next.js nuxt.js vue.js react.js three.js d3.js express.js chart.js nest.js alpine.js
    ember.js backbone.js angular.js discord.js socket.io ethers.js web3.js p5.js day.js
    moment.js tensorflow.js transformers.js solid.js fabric.js konva.js paper.js pixi.js
    anime.js require.js bun.sh docs.rs asp.net highlight.js prism.js hono.js electron.js deno.js
    knockout.js handlebars.js mocha.js jest.js svelte.js remix.js quill.js video.js crypto.js
    xterm.js i18next.js polka.js koa.js fastify.js marked.js mermaid.js lodash.js underscore.js
    stimulus.js htmx.js
""")
"""Products named like files; they are lower case here."""

SYSTEM: Final = _words(
    "home users etc usr var tmp dev opt root mnt proc sys bin sbin run media private volumes"
)
"""First parts of absolute paths that lie outside any repository."""

ROOTS: Final = _words("""
    src internal cmd pkg crates packages apps lib libs tests test docs scripts backend frontend
    specs contracts .github .claude .specify .vscode .cursor .gitlab .husky .devcontainer .codex
    .opencode .gemini
""")
"""Directories that stand at the root of so many repositories that a path may begin with them."""

NO_ROOTS: Final = _words("""
    feature features fix release hotfix bugfix origin upstream refs heads remotes application
    text image audio video multipart font net encoding os crypto path io math text html database
    container archive compress debug go golang http https mailto www and or n
""")
"""First words of branches, media types and standard packages."""

ATTRIBUTES: Final = _words("json ts db env test cmd lock feature props conf")
"""Extensions that also follow a variable's name in code."""

OBJECTS: Final = _words("""
    this self ctx res req request response c e s t r w cfg msg event obj row process
    import meta it os sys np pd
""")
"""Variables whose attributes look like files: `req.json`, `this.db`."""
