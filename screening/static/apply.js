/* The application form while somebody fills it in. The page works without it: two buttons save and mail the draft.

   form[data-saves="url"]          saves itself a moment after a change, when a section is left and when the page is hidden;
                                   a file is sent as soon as it is chosen. What is not saved yet stays in this page only,
                                   never in the browser's storage, and data-guard asks before the page is left
   data-states / data-state="…"    the words for what became of the last save
   data-changed                    two ways on when another tab saved since; data-mine: keep what this page shows
   data-link / data-link-said      the button that mails the draft's link, and what became of that
   data-steps                      the sections: where the reader is, and which have everything that is marked data-needed;
                                   data-count and the progress bar count the same; data-filled is filled in as it stands */
(() => {
  'use strict';
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const $$ = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const form = $('form[data-saves]');
  const PAUSE = 2500, WAITS = [2000, 4000, 8000, 15000, 30000], LARGEST_LAST = 60000;
  const version = form.elements.namedItem('draft_version');
  let timer, isSending = false, isDirty = false, isStopped = false, wantsLink = false, failures = 0, newer = 0, waiting;

  /* Saving: one request at a time, the newest text last, again and again while the line is broken. */
  function noteChange() {
    isDirty = true;
    form.dataset.dirty = 'yes';
    if (!failures) saveIn(PAUSE);
  }
  function saveIn(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }
  async function save({ isLast = false } = {}) {
    clearTimeout(timer);
    if (isSending || isStopped || !isDirty) return;
    const file = isLast ? undefined : chosen(), asksLink = wantsLink, fields = body(file);
    if (isLast && new TextEncoder().encode(fields).length > LARGEST_LAST) return;
    isSending = true;
    isDirty = false;
    if (file) say('sending');
    try {
      await heed(await fetch(form.dataset.saves, { method: 'POST', body: fields, keepalive: isLast, headers: { Accept: 'application/json' } }), file, asksLink);
      failures = 0;
    } catch {
      isDirty = true;
      failures += 1;
      say('offline');
      if (asksLink) sayOfLink($('[data-link-said]').dataset.failed, true);
    }
    isSending = false;
    if (waiting) { const [button] = waiting; waiting = undefined; form.requestSubmit(button); return; }
    if (isDirty && !isStopped) saveIn(failures ? WAITS[Math.min(failures, WAITS.length) - 1] : wantsLink ? 0 : PAUSE);
  }
  function body(file) {
    const fields = new FormData(form);
    for (const input of $$('input[type="file"]', form)) if (!file || input.files[0] !== file) fields.delete(input.name);
    if (wantsLink) fields.set('act', 'link');
    return file ? fields : new URLSearchParams(fields);
  }
  /* The next file that was not sent yet: the résumé, then those of questions, which stay in their inputs. */
  const kept = new WeakSet();
  const chosen = () => $$('input[type="file"]', form).flatMap(input => [...input.files]).find(file => !kept.has(file));
  async function heed(answer, file, asksLink) {
    if (answer.status === 429 && asksLink) {
      sayOfLink($('[data-link-said]').dataset.often, true);
      isDirty = true;
      return;
    }
    if (answer.status === 400) await renewToken();
    const told = await answer.json();
    if (told.state === 'saved') noteSaved(told, file, asksLink);
    else if (told.state === 'changed') noteNewer(told);
    else if (['sent', 'closed', 'large'].includes(told.state)) {
      isStopped = told.state !== 'large';
      if (told.address) { $('[data-state="sent"]').href = told.address; delete form.dataset.dirty; }
      say(told.state);
    } else throw new Error(answer.status);
  }
  function noteSaved(told, file, asksLink) {
    version.value = told.version;
    if (told.resume && chosen() === file) showResume(told.resume);
    else if (file) kept.add(file);
    if (chosen()) isDirty = true;
    if (!isDirty) delete form.dataset.dirty;
    tellTime($('[data-state="saved"] [data-time]'), told.saved_at);
    say('saved');
    if (asksLink) sayOfLink(told.said, told.has_problem);
    if (told.has_problem && form.elements.email) form.elements.email.focus();
  }
  function noteNewer(told) {
    isStopped = true;
    newer = told.version;
    tellTime($('[data-changed] [data-time]'), told.saved_at);
    $('[data-changed]').hidden = false;
    say('changed');
  }
  /* The key against forged requests lives for a day, the page may stay open for longer. */
  async function renewToken() {
    const page = await fetch(form.action).then(answer => answer.text());
    const fresh = $('input[name="csrf_token"]', new DOMParser().parseFromString(page, 'text/html'));
    if (fresh) form.elements.csrf_token.value = fresh.value;
  }
  function showResume(html) {
    const had = $('[data-resume]'), hadFocus = had.contains(document.activeElement);
    const fresh = $('[data-resume]', new DOMParser().parseFromString(html, 'text/html'));
    had.replaceWith(document.adoptNode(fresh));
    if (hadFocus) $('input', fresh).focus({ preventScroll: true });
    count();
  }
  function say(state) {
    for (const element of $$('[data-state]')) element.hidden = element.dataset.state !== state;
  }
  function sayOfLink(text, isProblem) {
    wantsLink = false;
    const place = $('[data-link-said]');
    place.textContent = text;
    place.classList.toggle('error', Boolean(isProblem));
  }
  function tellTime(place, moment) {
    const text = moment && new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    if (text && place.textContent !== text) place.textContent = text; /* the same again would be read out again */
  }

  form.addEventListener('input', event => { if (event.target.type !== 'file') noteChange(); count(); });
  document.addEventListener('change', event => {
    if (event.target.form !== form || event.target.type !== 'file') return;
    count();
    if (event.target.files.length) { noteChange(); save(); }
  });
  form.addEventListener('focusout', event => {
    const next = event.relatedTarget?.closest('section');
    if (next && next !== event.target.closest('section') && !failures) save();
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden) save({ isLast: true }); });
  addEventListener('online', () => { failures = 0; save(); });
  addEventListener('offline', () => { if (isDirty) say('offline'); });
  addEventListener('pageshow', event => { if (event.persisted && !newer) isStopped = false; });
  form.addEventListener('submit', event => {
    if (event.submitter?.matches('[data-mine]') && newer) {
      event.preventDefault();
      version.value = newer;
      newer = 0;
      isStopped = false;
      $('[data-changed]').hidden = true;
      noteChange();
      save();
    } else if (event.submitter?.matches('[data-link]')) {
      event.preventDefault();
      wantsLink = true;
      noteChange();
      save();
    } else if (!navigator.onLine) {
      event.preventDefault();
      noteChange();
      say('offline');
    } else if (isSending) { /* a save that came in after what this button does would undo it */
      event.preventDefault();
      waiting = [event.submitter];
    } else {
      isStopped = true;
      clearTimeout(timer);
    }
  });

  /* Where the reader is, and how much is filled in. */
  const steps = () => $$('[data-steps] a[href^="#"]').map(link => [link, document.getElementById(link.hash.slice(1))]);
  const isSeen = element => element.checkVisibility();
  function isFilled(field) {
    if (field.matches('[data-filled]')) return true;
    if (field.type === 'checkbox') return field.checked;
    return field.matches('.choices') ? $('input:checked', field) !== null : field.value.trim() !== '';
  }
  function count() {
    for (const [link, section] of steps()) {
      const needed = $$('[data-needed]', section).filter(isSeen);
      link.parentElement.classList.toggle('done', needed.length ? needed.every(isFilled) : $('input:checked', section) !== null);
    }
    const needed = $$('[data-needed]', form).filter(isSeen), [filled, all] = $$('[data-count] span'), bar = $('.apply-foot progress');
    filled.textContent = bar.value = needed.filter(isFilled).length;
    all.textContent = bar.max = needed.length;
  }
  function follow() {
    const all = steps(), isEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = isEnd ? all.length - 1 : all.findLastIndex(([, section]) => section.getBoundingClientRect().top < innerHeight / 3);
    for (const [link] of all) link.removeAttribute('aria-current');
    all[Math.max(0, passed)][0].setAttribute('aria-current', 'step');
  }
  document.addEventListener('scroll', follow, { passive: true });
  form.addEventListener('toggle', count, true);
  $$('[data-scripted]').forEach(element => { element.hidden = false; });
  $$('[data-time]').forEach(place => tellTime(place, place.dataset.time));
  count();
  document.addEventListener('DOMContentLoaded', count);  // once questions that are not asked are hidden
  follow();
})();
