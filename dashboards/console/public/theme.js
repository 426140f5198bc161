// Before the first paint, so that a dark room is not lit up by a white page.
try {
  const theme = localStorage.getItem('karez.theme');
  if (theme === 'light' || theme === 'dark' || theme === 'outdoors') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme is used.
}
