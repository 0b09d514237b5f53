import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { touchedTiles } from '../../../../../src/protocol/rdp/graphics/film/film-regions.ts';
import { overlap } from '../../../../../src/protocol/rdp/graphics/tiles/areas.ts';
import { tilesIn } from '../../../../../src/protocol/rdp/graphics/tiles/grid.ts';

const rect = fc.record({
  x: fc.integer({ min: 0, max: 500 }),
  y: fc.integer({ min: 0, max: 500 }),
  width: fc.integer({ min: 1, max: 300 }),
  height: fc.integer({ min: 1, max: 300 }),
});

it('the tiles of a film that have changed are those that something touches inside it, row by row', () => {
  fc.assert(
    fc.property(rect, fc.array(rect, { maxLength: 6 }), (box, areas) => {
      expect(touchedTiles(box, areas)).toEqual(tilesIn(box).filter((tile) => areas.some((area) => overlap(area, tile))));
    }),
    { numRuns: 300 },
  );
});
