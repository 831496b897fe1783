/* Naming a colleague in a note. data-mentions="id" on a textarea: an @ opens the listbox of that id under the field, narrowed by
   what is typed behind it. Arrows walk, Enter or Tab takes, Escape closes; without scripts the typed name does the same. */
(() => {
  'use strict';
  const started = /(?:^|[^\p{L}\p{N}_.])[@＠]([\p{L}\p{N}_.·-]{0,30})$/u;
  const most = 8;

  for (const field of document.querySelectorAll('[data-mentions]')) {
    const list = document.getElementById(field.dataset.mentions);
    if (!list) { continue; }
    const options = [...list.children];
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-haspopup', 'listbox');
    field.setAttribute('aria-controls', list.id);
    let active = null;

    const shown = () => options.filter(option => !option.hidden);
    const isOpen = () => !list.hidden && list.previousElementSibling === field;

    function point(option) {
      for (const one of options) { one.setAttribute('aria-selected', String(one === option)); }
      active = option;
      if (option) {
        field.setAttribute('aria-activedescendant', option.id);
        option.scrollIntoView({ block: 'nearest' });
      } else {
        field.removeAttribute('aria-activedescendant');
      }
    }
    function close() {
      if (!isOpen()) { return; }
      list.hidden = true;
      point(null);
    }
    function look() {
      const begun = started.exec(field.value.slice(0, field.selectionStart));
      if (!begun || field.selectionStart !== field.selectionEnd) { close(); return; }
      const words = begun[1].toLocaleLowerCase();
      let found = 0;
      for (const option of options) {
        option.hidden = !option.dataset.handle.toLocaleLowerCase().includes(words) || found >= most;
        found += option.hidden ? 0 : 1;
      }
      if (!found) { close(); return; }
      field.after(list);
      list.hidden = false;
      point(shown()[0]);
    }
    function take(option) {
      const end = field.selectionStart;
      const begun = started.exec(field.value.slice(0, end));
      if (begun) { field.setRangeText(`${option.dataset.handle} `, end - begun[1].length, end, 'end'); }
      close();
      field.focus();
    }

    field.addEventListener('input', look);
    field.addEventListener('click', look);
    field.addEventListener('blur', close);
    field.addEventListener('keydown', event => {
      if (!isOpen() || event.isComposing) { return; }
      const rows = shown();
      const place = rows.indexOf(active);
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        point(rows[(place + (event.key === 'ArrowDown' ? 1 : rows.length - 1)) % rows.length]);
      } else if ((event.key === 'Enter' || event.key === 'Tab') && active) {
        take(active);
      } else if (event.key === 'Escape') {
        close();
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    list.addEventListener('mousedown', event => {
      const option = event.target.closest('[role="option"]');
      event.preventDefault(); // the field keeps the focus
      if (option && isOpen()) { take(option); }
    });
  }
})();
