import { defineExportTable } from '../../exports/export-table.ts';
import type { Image } from '../../model/image.ts';
import { toComponentType } from '../component-filters.ts';
import { type ColumnRule, cellsOf, describeColumns } from '../export-columns.ts';
import { exportedImage, findingsUnknown } from '../exported-image.ts';
import { type ImageComponent, readComponents, selectComponents } from '../image-components.ts';
import { readPages } from '../read-pages.ts';

interface Row {
  readonly component: ImageComponent;
  readonly image: Image;
}

const columns: Readonly<Record<string, ColumnRule<Row>>> = {
  Name: { description: 'Name', aliases: ['Component'], cell: ({ component }) => component.package.name },
  Version: { description: 'Version as installed', cell: ({ component }) => component.package.version },
  Type: {
    description: 'SYSTEM_COMPONENT for packages of the operating system, otherwise the language’s package manager',
    cell: ({ component }) => toComponentType(component.package.ecosystem),
  },
  Path: { description: 'File that declares it', cell: ({ component }) => component.package.path },
  VulCount: {
    description: 'Vulnerabilities; empty where unknown',
    aliases: ['VulCnt'],
    cell: ({ component }) => component.vulnerabilities,
  },
  ImageID: { description: 'Config digest of the image', cell: ({ image }) => image.imageId },
};

/** Packages of one image: the columns are the fields of DescribeImageComponentList. */
export const componentsTable = defineExportTable({
  kind: 'components',
  columns: describeColumns(columns),
  open: async ({ imageId, query }, names, { store }) => {
    const image = await exportedImage(store.images, imageId);
    const components = await readComponents(store, image);
    if (!components) throw findingsUnknown(image, 'vulnerability');
    const selected = selectComponents(components, query).slice(query.offset, query.offset + query.limit);
    const toCells = cellsOf<Row>(columns, names);
    return {
      total: selected.length,
      pages: readPages(
        selected,
        async (page) => page,
        (component) => toCells({ component, image }),
      ),
    };
  },
});
