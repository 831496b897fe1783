/* The reading of a résumé: its page and the form look now and then how far it is. Both work without this.

   data-offers="url" data-progress="…"   asks the address while the progress is waiting, more seldom each time, and not in a
                                          hidden tab; data-reload loads the page anew, else data-offers-said is told the words
                                          and data-offers-found stands for what was found
   data-from                              the mark of an input that was filled in; it goes when the input is changed */
(() => {
  'use strict';
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const PAUSES = [1000, 1000, 1500, 2000, 3000, 5000, 8000];
  let looked = 0, timer, watched;

  async function look() {
    const place = $('[data-offers][data-progress="waiting"]');
    if (place !== watched) { watched = place; looked = 0; }
    if (!place || document.hidden || looked > 20) return;
    looked += 1;
    try {
      const answer = await fetch(place.dataset.offers, { headers: { Accept: 'application/json' } });
      if (answer.status === 429) { looked += 5; return wait(); }
      const told = await answer.json();
      if (told.progress !== 'waiting' && place.isConnected) show(place, told);
    } catch { /* the line is broken: the next look may find it whole */ }
    wait();
  }
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSES[Math.min(looked, PAUSES.length - 1)]);
  }
  function show(place, told) {
    if ('reload' in place.dataset) { location.replace(place.dataset.offers); return; }
    place.dataset.progress = told.progress;
    $('[data-offers-said]', place).textContent = told.said;
    $('[data-offers-found]', place).hidden = !told.found;
  }

  document.addEventListener('input', event => {
    const label = event.target.id && $(`label[for="${CSS.escape(event.target.id)}"]`) || event.target.closest('label');
    label?.querySelector('[data-from]')?.remove();
  });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) wait(); });
  new MutationObserver(() => { if ($('[data-offers][data-progress="waiting"]') !== watched) wait(); }).observe(document.body, { childList: true, subtree: true });
  wait();
})();
