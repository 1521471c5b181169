// The page's behaviour: from a verdict to its sentences, filters, keyboard.
// Text from articles only ever becomes text nodes; nothing here parses markup.
"use strict";
(() => {
  const debate = JSON.parse(document.getElementById("debate").textContent);
  const { words, articles, voices, points, languages } = debate;
  const SIDES = ["for", "against", "unclear"];
  const SVG = "http://www.w3.org/2000/svg";
  const $ = (id) => document.getElementById(id);

  // rows as the page's data writes them, short because there may be thousands
  const claims = debate.claims.map(
    ([id, article, start, end, language, voice, reported, confidence, rule, cue, speaker, rejected, similar], index) =>
      ({ index, id, article, start, end, language, voice, reported, confidence, rule, cue, speaker, rejected, similar, on: [] }),
  );
  points.forEach((point, index) => {
    point.index = index;
    for (const [claim, side, confidence] of point.claims) claims[claim].on.push({ point, side: SIDES[side], confidence });
  });
  const claimOf = new Map(claims.map((c) => [c.id, c]));
  const pointOf = new Map(points.map((p) => [p.id, p]));
  const voiceOf = new Map(voices.map((v, i) => [v.id, i]));

  // ---- small tools -------------------------------------------------------

  function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === false || value == null || value === "") continue;
      if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
    return node;
  }
  function mark(kind, hollow) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", `mark ${kind}`);
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#m-${kind}${hollow && kind !== "unclear" ? "-hollow" : ""}`);
    svg.append(use);
    return svg;
  }
  const fill = (key, blanks) => words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? blanks[name] : whole));
  const percent = (p) => `${p < 1 ? Math.min(99, Math.round(p * 100)) : 100}`;
  const sure = (p) => fill("sure", { n: percent(p) });
  const tentative = (p) => p < debate.tentative;
  const quote = (c) => articles[c.article].text.slice(c.start, c.end);
  const said = (text, language) => el("span", { dir: "auto", lang: language != null && languages[language].tag }, text);
  const languageName = (c) => languages[c.language].name;
  const fold = (text) => text.normalize("NFKC").toLocaleLowerCase();
  const toClaim = (c) => `#claim-${encodeURIComponent(c.id)}`;
  const toPoint = (p) => `#point-${encodeURIComponent(p.id)}`;

  // ---- the theme ---------------------------------------------------------

  const root = document.documentElement;
  const remembered = () => { try { return localStorage.getItem("counterpoint-theme"); } catch { return null; } };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("counterpoint-theme", root.dataset.theme); } catch { /* a page on disk may not remember */ }
  });

  // ---- filters -----------------------------------------------------------

  const filter = { text: "", lang: "", voice: "", side: "", verdict: "", sure: 0 };
  let view = "points";
  const haystacks = [];
  function haystack(c) {
    const voice = voices[c.voice];
    return (haystacks[c.index] ??= fold([quote(c), voice.name, ...voice.aliases, articles[c.article].title].join("\n")));
  }
  const passesClaim = (c) =>
    (!filter.lang || languages[c.language].code === filter.lang) &&
    (!filter.voice || c.voice === Number(filter.voice)) &&
    (!filter.text || haystack(c).includes(filter.text));
  const passesSide = (side, confidence, point) =>
    (!filter.side || side === filter.side) &&
    (!filter.verdict || point.verdict === filter.verdict) &&
    confidence * 100 >= filter.sure;
  function passes(c) {
    if (!passesClaim(c)) return false;
    if (!c.on.length) return (!filter.side || filter.side === "none") && !filter.verdict && !filter.sure;
    return c.on.some((o) => passesSide(o.side, o.confidence, o.point));
  }

  // ---- the list, drawn as far as the reader scrolls ----------------------

  const list = $("list");
  let rows = [];
  let drawn = 0;
  let draw = null;
  function more(count) {
    const chunk = document.createDocumentFragment();
    for (const row of rows.slice(drawn, drawn + count)) chunk.append(draw(row));
    drawn = Math.min(rows.length, drawn + count);
    list.append(chunk);
  }
  const step = () => (view === "points" ? 10 : 40);
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting) || drawn >= rows.length) return;
    more(step());
    // still in sight after drawing: ask again
    watcher.unobserve($("tail"));
    watcher.observe($("tail"));
  }, { rootMargin: "900px" });

  function refresh() {
    const matching = new Set(claims.filter(passes).map((c) => c.index));
    if (view === "points") {
      rows = points
        .filter((p) => !filter.verdict || p.verdict === filter.verdict)
        .map((p) => ({
          point: p,
          kept: p.claims
            .map(([claim, side, confidence]) => ({ claim: claims[claim], side: SIDES[side], confidence }))
            .filter((k) => matching.has(k.claim.index) && passesSide(k.side, k.confidence, p)),
        }))
        .filter((row) => row.kept.length);
      draw = pointRow;
    } else {
      rows = [...matching].map((i) => claims[i]);
      draw = claimRow;
    }
    list.replaceChildren();
    list.className = view;
    drawn = 0;
    more(step());
    watcher.unobserve($("tail"));
    watcher.observe($("tail"));
    if (!rows.length) list.append(el("p", { class: "none" }, words.nothing));
    $("shown").textContent = fill("shown", { n: matching.size, m: claims.length });
    $("reset").hidden = !Object.values(filter).some(Boolean);
  }

  function byline(c, confidence) {
    const article = articles[c.article];
    return el("p", { class: "by" },
      el("b", {}, el("bdi", {}, voices[c.voice].name)),
      el("span", {}, languageName(c)),
      article.published && el("time", {}, article.published),
      confidence != null && el("span", {}, sure(confidence)));
  }
  function saying(c, confidence) {
    return el("div", { class: "said" },
      el("blockquote", { dir: "auto", lang: languages[c.language].tag }, el("a", { class: "quote", href: toClaim(c) }, quote(c))),
      byline(c, confidence));
  }
  function kicker(p) {
    return el("p", { class: "kicker" },
      el("strong", {}, p.lead),
      p.sure != null && el("span", {}, `${words[p.sure_key]}, ${sure(p.sure)}`),
      p.given && el("span", {}, words.given_long),
      p.one_language && el("span", {}, words.only_one_language));
  }
  function pointRow({ point, kept }) {
    const LIMIT = 8;
    const used = SIDES.map((side) => [side, kept.filter((k) => k.side === side)]).filter(([, of]) => of.length);
    const alone = used.filter(([side]) => side !== "unclear").length < 2;
    const columns = used.map(([side, of]) => {
      const box = el("div", { class: side === "unclear" ? "rest" : alone ? "alone" : "column" },
        el("h4", { class: side }, mark(side), ` ${words[side]} `));
      of.slice(0, LIMIT).forEach((k) => box.append(saying(k.claim, k.confidence)));
      if (of.length > LIMIT) {
        const rest = el("button", { type: "button", class: "action" }, fill("more_quotes", { n: of.length - LIMIT }));
        rest.addEventListener("click", () => rest.replaceWith(...of.slice(LIMIT).map((k) => saying(k.claim, k.confidence))));
        box.append(rest);
      }
      return box;
    });
    return el("article", { class: "point" },
      kicker(point),
      el("h3", {}, el("a", { href: toPoint(point) }, said(point.text, point.language))),
      el("div", { class: "sides" }, columns));
  }
  function tags(c) {
    if (!c.on.length) return null;
    return el("div", { class: "tags" }, c.on.map((o) =>
      el("a", { href: toPoint(o.point) },
        mark(o.side, tentative(o.confidence)),
        el("small", {}, `${words[o.side]}, ${sure(o.confidence)}`),
        said(o.point.text, o.point.language))));
  }
  function claimRow(c) {
    const row = saying(c, null);
    const on = tags(c);
    if (on) row.append(on);
    return row;
  }

  // ---- a claim in its place ----------------------------------------------

  // The block of lines around it; a page of one endless block gives a window.
  function paragraph(article, start, end) {
    const text = article.text;
    const REACH = 700;
    let from = text.lastIndexOf("\n\n", start) + 2;
    if (from === 1) from = 0;
    let to = text.indexOf("\n\n", end);
    if (to < 0) to = text.length;
    if (to - from > 2 * REACH + (end - start)) {
      from = Math.max(from, text.lastIndexOf("\n", start) + 1, 0);
      const line = text.indexOf("\n", end);
      if (line >= 0) to = Math.min(to, line);
    }
    const cutHead = start - from > REACH;
    const cutTail = to - end > REACH;
    if (cutHead) from = whole(text, start - REACH);
    if (cutTail) to = whole(text, end + REACH);
    return { from, to, cutHead, cutTail };
  }
  // never between the halves of a surrogate pair
  const whole = (text, i) => (/[\uDC00-\uDFFF]/.test(text[i] || "") ? i + 1 : i);

  function inParagraph(c) {
    const article = articles[c.article];
    const { from, to, cutHead, cutTail } = paragraph(article, c.start, c.end);
    const cue = c.cue && c.cue[0] >= from && c.cue[1] <= to ? c.cue : null;
    const edges = [...new Set([from, to, c.start, c.end, ...(cue || [])])].sort((a, b) => a - b);
    const box = el("blockquote", { class: "paragraph", dir: "auto", lang: languages[c.language].tag });
    if (cutHead) box.append("… ");
    let highlight = null;
    for (let i = 0; i + 1 < edges.length; i++) {
      const [a, b] = [edges[i], edges[i + 1]];
      const piece = article.text.slice(a, b);
      const node = cue && a >= cue[0] && b <= cue[1] ? el("span", { class: "cue", title: words.why_voice }, piece) : document.createTextNode(piece);
      if (a >= c.start && b <= c.end) {
        if (!highlight) box.append((highlight = el("mark", {})));
        highlight.append(node);
      } else box.append(node);
    }
    if (cutTail) box.append(" …");
    return box;
  }

  function card(c, side) {
    const article = articles[c.article];
    const voice = voices[c.voice];
    const notes = [
      c.reported && words.reported_by,
      c.rejected && words.rejected,
      c.rule && [`${words.why_voice}: `, c.rule],
      c.speaker && [`${words.speaker_as} `, el("bdi", { lang: languages[c.language].tag }, c.speaker)],
    ].filter(Boolean);
    const copy = el("a", { class: "action", href: toClaim(c) }, words.permalink);
    copy.addEventListener("click", () => {
      const address = new URL(toClaim(c), location.href).href;
      navigator.clipboard?.writeText(address).then(() => { copy.textContent = words.copied; }, () => {});
    });
    return el("article", { class: "card", "data-claim": c.id },
      el("h3", {},
        side && [mark(side.side, tentative(side.confidence)), " "],
        el("bdi", {}, voice.name),
        el("small", {}, `  ${languageName(c)}${side ? ` · ${words[side.side]}, ${sure(side.confidence)}` : ""}`)),
      inParagraph(c),
      el("p", { class: "source" },
        el("cite", { dir: "auto", lang: languages[article.language].tag }, article.title), " ",
        article.author && ["· ", el("bdi", {}, article.author), " "],
        `· ${article.published || words.undated}`,
        article.url && [el("br"), el("code", { dir: "ltr" }, article.url)]),
      notes.length > 0 && el("ul", { class: "why" }, notes.map((note) => el("li", {}, note))),
      c.on.length > 0 && [el("h4", {}, words.bears_on), tags(c)],
      c.similar.length > 0 && [el("h4", {}, words.similar),
        c.similar.map(([other, cosine]) => {
          const o = claims[other];
          const line = byline(o, null);
          line.append(el("span", {}, fill("similarity", { n: cosine.toFixed(2) })));
          return el("div", { class: "near" },
            el("a", { href: toClaim(o), class: "quote" }, said(quote(o), o.language)), line);
        })],
      copy);
  }

  // ---- the drawer --------------------------------------------------------

  const drawer = $("drawer");
  let opener = null;
  function open(kick, title, cards) {
    $("drawer-kicker").replaceChildren(...[kick].flat().filter(Boolean));
    $("drawer-title").replaceChildren(...[title].flat().filter(Boolean));
    const body = $("drawer-body");
    body.replaceChildren();
    const SOME = 25;
    body.append(...cards.slice(0, SOME).map((make) => make()));
    if (cards.length > SOME) {
      const rest = el("button", { type: "button", class: "action" }, fill("more_quotes", { n: cards.length - SOME }));
      rest.addEventListener("click", () => rest.replaceWith(...cards.slice(SOME).map((make) => make())));
      body.append(rest);
    }
    if (drawer.hidden) opener = document.activeElement;
    drawer.hidden = false;
    drawer.scrollTop = 0;
    drawer.focus({ preventScroll: true });
  }
  function shut() {
    if (drawer.hidden) return;
    drawer.hidden = true;
    if (/^#(claim|point)-/.test(location.hash)) history.replaceState(null, "", location.pathname + location.search);
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }
  $("drawer-close").addEventListener("click", shut);

  const decode = (part) => { try { return decodeURIComponent(part); } catch { return part; } };
  function route() {
    const [, kind, rest] = /^#(claim|point)-(.*)$/s.exec(location.hash) || [];
    if (kind === "claim") {
      const c = claimOf.get(decode(rest));
      if (c) return open(words.claims, null, [() => card(c, null)]);
    } else if (kind === "point") {
      const [id, voice] = rest.split("/").map(decode);
      const p = pointOf.get(id);
      const only = voice === undefined ? null : voiceOf.get(voice);
      if (p) {
        const cards = p.claims
          .filter(([claim]) => only == null || claims[claim].voice === only)
          .map(([claim, side, confidence]) => () => card(claims[claim], { side: SIDES[side], confidence }));
        return open(kicker(p), said(p.text, p.language), cards);
      }
    } else if (!drawer.hidden) shut();
    return undefined;
  }
  addEventListener("hashchange", route);
  // the same link again: the address does not change, the drawer must
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash && drawer.hidden) route();
  });

  // ---- keyboard ----------------------------------------------------------

  const matrix = document.querySelector(".matrix");
  const grid = [...matrix.tBodies[0].rows].map((row) => [...row.querySelectorAll(".cell")]);
  let here = [0, 0];
  const cellAt = ([r, c]) => grid[r]?.[c];
  function light(voice) {
    for (const lit of matrix.querySelectorAll(".lit")) lit.classList.remove("lit");
    if (voice != null) for (const cell of matrix.querySelectorAll(`[data-v="${voice}"]`)) cell.classList.add("lit");
  }
  if (cellAt(here)) cellAt(here).tabIndex = 0;
  function goTo(r, c) {
    const next = cellAt([r, c]);
    if (!next) return;
    cellAt(here).tabIndex = -1;
    here = [r, c];
    next.tabIndex = 0;
    next.focus();
  }
  matrix.addEventListener("focusin", (event) => {
    const cell = event.target.closest(".cell");
    light(cell ? cell.parentNode.dataset.v : null);
    if (!cell) return;
    const r = grid.findIndex((row) => row.includes(cell));
    if (cellAt(here)) cellAt(here).tabIndex = -1;
    here = [r, grid[r].indexOf(cell)];
    cell.tabIndex = 0;
  });
  matrix.addEventListener("focusout", () => light(null));
  matrix.addEventListener("pointerover", (event) => light(event.target.closest("[data-v]")?.dataset.v));
  matrix.addEventListener("pointerleave", () => light(null));
  matrix.addEventListener("keydown", (event) => {
    if (!event.target.closest(".cell") || event.ctrlKey || event.metaKey || event.altKey) return;
    const [r, c] = here;
    const to = { ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1],
      Home: [r, 0], End: [r, grid[r].length - 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    goTo(...to);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (!drawer.hidden) shut();
      else if (event.target === $("f-text")) event.target.blur();
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      $("f-text").focus();
    }
  });

  // ---- wiring ------------------------------------------------------------

  const byName = voices.map((v, i) => [v.name, i]).sort(([a], [b]) => a.localeCompare(b));
  $("f-voice").append(...byName.map(([name, i]) => el("option", { value: `${i}` }, name)));
  let waiting = 0;
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("input", () => {
    filter.text = fold($("f-text").value.trim());
    filter.lang = $("f-lang").value;
    filter.voice = $("f-voice").value;
    filter.side = $("f-side").value;
    filter.verdict = $("f-verdict").value;
    filter.sure = Number($("f-sure").value);
    $("f-sure-shown").textContent = `${filter.sure} %`;
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 60);
  });
  $("filters").addEventListener("reset", () => setTimeout(() => $("filters").dispatchEvent(new Event("input"))));
  for (const which of ["points", "claims"]) {
    $(`view-${which}`).addEventListener("click", () => {
      view = which;
      for (const each of ["points", "claims"]) $(`view-${each}`).setAttribute("aria-pressed", String(each === which));
      refresh();
    });
  }
  addEventListener("beforeprint", () => more(rows.length));
  refresh();
  route();
})();
