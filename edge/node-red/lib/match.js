/** Whether a reading or alert is what a node asks for. An empty wish fits everything; several stand side by side, with commas. */
function fits(wish, ...values) {
  const wished = String(wish ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return wished.length === 0 || wished.some((part) => values.includes(part));
}

/** @param quality `good`: without any mark; `value`: with a number, whatever marks; `any` */
function fitsReading(wish, row) {
  if (wish.quality === 'good' && (row.value === null || row.quality.length > 0)) return false;
  if (wish.quality === 'value' && row.value === null) return false;
  return fits(wish.device, row.device) && fits(wish.field, row.field) && fits(wish.quantity, row.quantity, row.channel);
}

function fitsAlert(wish, row) {
  const [device] = row.subject.split('/');
  return fits(wish.rule, row.rule) && fits(wish.severity, row.severity) && fits(wish.device, device);
}

module.exports = { fits, fitsReading, fitsAlert };
