/* A program of Electron with one window and a menu in it, which opens by itself. Loaded with its folder's package.json. */
const { app, BrowserWindow, Menu } = require('electron');

async function open() {
  await app.whenReady();
  const window = new BrowserWindow({ width: 420, height: 300, x: 40, y: 40, title: 'menu-owner' });
  await window.loadURL('data:text/html,<title>menu-owner</title><body style="background:%23ddeeff">');
  Menu.buildFromTemplate([{ label: 'Alpha' }, { label: 'Beta' }]).popup({ window, x: 60, y: 60 });
}

void open();
