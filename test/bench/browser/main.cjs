// A browser window without a frame at the top left of its display. The last arguments: width, height, what the page does (`scroll`, `film`).
const { app, BrowserWindow } = require('electron');
const { join } = require('node:path');

const [width, height, does] = process.argv.slice(-3);
app.on('ready', () => {
  const window = new BrowserWindow({ x: 0, y: 0, width: Number(width), height: Number(height), frame: false, backgroundColor: '#ffffff' });
  void window.loadFile(join(__dirname, 'page.html'), { query: { does } });
  window.webContents.once('did-finish-load', () => process.stdout.write('ready\n'));
});
