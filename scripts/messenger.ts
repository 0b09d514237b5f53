// The messenger alone, without the app. The arguments are its own: see --help.
import '../src/main/messenger/msnp-server/main.ts';
