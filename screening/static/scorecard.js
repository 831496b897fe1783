/* The scorecard's own script, beside app.js (keys 1–4, 0, J, K; saving by itself): what is typed survives a crash, a lost line
   and a session that has ended, in this browser only.

   form[data-kept="scorecard:<user>:<interview>:<version>"]   keeps a copy of its fields under that name while they are unsaved
   [data-copy-offer]        shown when there is a copy that differs: -texts says where, -take puts it in, -drop throws it away
   [data-kept-done="…:"]    a submitted evaluation: a copy that says what was sent (data-sent: its fields) is removed, another one offered
   [data-count="id"]        how long a text is of its most
   [data-overall]           whether recommendation and reason are there
   form[data-unsaved]       its text came back from the server with errors: it is saved by itself
   Signing out removes every copy (app.js); copies of another account and those older than a week go when this page opens. */
(() => {
  'use strict';
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const $$ = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const WEEK = 7 * 24 * 3600 * 1000;
  const APART = new Set(['csrf_token', 'version', 'amending', 'seen', 'kind']);
  const store = (() => { try { return window.localStorage; } catch { return null; } })();

  const fieldsOf = form => [...new FormData(form)].filter(([name, value]) => !APART.has(name) && typeof value === 'string' && value !== '');
  const read = key => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
  const drop = key => { try { store.removeItem(key); } catch { /* private window */ } };
  const names = () => { try { return Object.keys(store).filter(key => key.startsWith('scorecard:')); } catch { return []; } };

  function keep(form) {
    try { store.setItem(form.dataset.kept, JSON.stringify({ at: Date.now(), fields: fieldsOf(form) })); } catch { /* full, or a private window */ }
  }
  function tidy() {
    const own = ($('[data-kept]')?.dataset.kept ?? $('[data-kept-done]')?.dataset.keptDone)?.split(':').slice(0, 2).join(':');
    for (const key of names()) {
      const copy = read(key);
      if (!copy || Date.now() - copy.at > WEEK || (own && !key.startsWith(`${own}:`))) drop(key);
    }
  }

  /* A submitted evaluation: what it holds needs no copy; other text that was typed is offered for an amendment. */
  function compareWithSent(done) {
    const prefix = done.dataset.keptDone, own = prefix + done.dataset.version;
    const sent = JSON.parse(done.dataset.sent);
    for (const key of names().filter(name => name.startsWith(prefix))) {
      const copy = read(key);
      if (!different(sent, copy.fields).length) drop(key);
      else if (key !== own) { if (!read(own)) store.setItem(own, JSON.stringify(copy)); drop(key); }
    }
    const copy = read(own), box = $('[data-copy-offer]');
    if (!copy) return;
    const codeOf = name => (name.includes('-') ? name.slice(name.indexOf('-') + 1).toUpperCase() : '·');
    const told = different(sent, copy.fields).filter(([name]) => name !== 'recommendation');
    fillOffer(box, copy, told.map(([name, value]) => [codeOf(name), value || '–']));
    $('[data-copy-drop]', box).addEventListener('click', () => { drop(own); box.hidden = true; });
  }

  /* The copy, offered: field by field where it differs from what the page shows. */
  const controls = (form, name) => $$(`[name="${CSS.escape(name)}"]`, form);
  function different(fields, others) {
    const plain = pairs => new Map(pairs.filter(([name]) => name !== 'reason').map(([name, value]) => [name, value.replaceAll('\r\n', '\n').trim()]));
    const here = plain(fields), there = plain(others);
    return [...new Set([...here.keys(), ...there.keys()])].filter(name => (here.get(name) ?? '') !== (there.get(name) ?? '')).map(name => [name, there.get(name) ?? '']);
  }
  function fillOffer(box, copy, rows) {
    $('[data-copy-time]', box).textContent = new Date(copy.at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
    $('[data-copy-texts]', box).replaceChildren(...rows.map(([label, text]) => {
      const row = document.createElement('div');
      row.append(Object.assign(document.createElement('dt'), { textContent: label }), Object.assign(document.createElement('dd'), { className: 'pre', textContent: text }));
      return row;
    }));
    box.hidden = false;
  }
  function labelOf(form, name) {
    const control = controls(form, name)[0];
    if (!control) return name;
    const code = $('.cid', control.closest('.crit') ?? form.ownerDocument.createElement('i'))?.textContent;
    const label = control.type === 'radio' ? $('legend', control.closest('fieldset'))?.textContent.split(/[:：]/)[0] : control.labels?.[0]?.firstChild?.textContent || control.labels?.[0]?.textContent;
    return [code, label?.trim()].filter(Boolean).join(' · ');
  }
  function shown(form, name, value) {
    const control = controls(form, name).find(one => one.value === value);
    if (control?.type === 'radio' && name === 'recommendation') return control.closest('label').textContent.trim();
    return control?.type === 'checkbox' ? '✓' : value || '–';
  }
  function offer(form) {
    const copy = read(form.dataset.kept);
    const differing = copy ? different(fieldsOf(form), copy.fields) : [];
    if (!differing.length) { drop(form.dataset.kept); return; }
    const box = $('[data-copy-offer]');
    fillOffer(box, copy, differing.map(([name, value]) => [labelOf(form, name), shown(form, name, value)]));
    $('[data-copy-take]', box).addEventListener('click', () => { box.hidden = true; take(form, copy); });
    $('[data-copy-drop]', box).addEventListener('click', () => { drop(form.dataset.kept); box.hidden = true; });
  }
  function take(form, copy) {
    const there = new Map(copy.fields);
    for (const control of form.elements) {
      if (!control.name || APART.has(control.name) || control.type === 'hidden') continue;
      const value = there.get(control.name) ?? '';
      if (['radio', 'checkbox'].includes(control.type)) control.checked = control.value === value; else control.value = value;
    }
    nudge(form);
  }

  /* Counters, and one of rating and "not covered". */
  function refresh(form) {
    for (const place of $$('[data-count]', form)) {
      const field = document.getElementById(place.dataset.count);
      place.hidden = !field.value;
      place.textContent = `${field.value.length} / ${field.maxLength}`;
    }
    const overall = $('[data-overall]');
    if (overall) overall.textContent = $('[name="recommendation"]:checked', form) && form.elements.summary.value.trim() ? '✓' : '–';
  }
  function either(target) {
    const section = target.closest('.crit');
    if (!section || !target.checked) return;
    if (target.matches('[data-skip]')) $$('.rate input', section).forEach(radio => { radio.checked = false; });
    else if (target.matches('.rate input')) $('[data-skip]', section).checked = false;
  }

  function start() {
    tidy();
    const done = $('[data-kept-done]');
    if (done) compareWithSent(done);
    const form = $('form[data-kept]');
    if (!form) return;
    offer(form);
    refresh(form);
    let timer, pending = false;
    const settled = () => { clearTimeout(timer); pending = false; };
    const keepNow = () => { settled(); if ($('[data-copy-offer]').hidden) keep(form); }; /* an offered copy is not written over */
    const touched = event => {
      if (event.target.form !== form) return;
      if (event.type === 'change') either(event.target);
      refresh(form);
      if (APART.has(event.target.name)) return;
      clearTimeout(timer);
      pending = true;
      timer = setTimeout(keepNow, 200);
    };
    /* In the capture phase, before app.js counts what is rated. */
    document.addEventListener('change', touched, true);
    document.addEventListener('input', touched, true);
    form.addEventListener('submit', keepNow);
    document.addEventListener('submit', event => { if (event.target.matches('[data-sign-out]')) settled(); });
    addEventListener('pagehide', () => { if (pending) keepNow(); });
    form.addEventListener('draft:saved', event => {
      if (event.detail.whole && $('[data-copy-offer]').hidden) { settled(); drop(form.dataset.kept); }
    });
    if (form.matches('[data-unsaved]')) nudge(form);
    else if ($('[role="alert"][data-focus]')) keepNow();
  }
  const nudge = form => $('.rate input', form).dispatchEvent(new Event('change', { bubbles: true }));
  addEventListener('beforeprint', () => { $$('details.docs').forEach(one => { one.dataset.was = one.open; one.open = true; }); });
  addEventListener('afterprint', () => { $$('details.docs').forEach(one => { one.open = one.dataset.was === 'true'; }); });
  document.addEventListener('DOMContentLoaded', start);
})();
