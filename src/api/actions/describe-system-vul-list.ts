import { defineAction } from '../api-action.ts';
import { ListVulnerabilities, listVulnerabilities } from '../list-vulnerabilities.ts';
import { vulnerabilitySearchFilters, vulnerabilitySearchSortKeys } from '../vulnerability-search-filters.ts';

/** Vulnerabilities in packages of operating systems (deb, apk, rpm), each over all registry images that do not ignore it. */
export const describeSystemVulList = defineAction({
  name: 'DescribeSystemVulList',
  description: 'Vulnerabilities of operating system packages over all images',
  writes: false,
  filters: vulnerabilitySearchFilters,
  sortKeys: vulnerabilitySearchSortKeys,
  input: ListVulnerabilities,
  handle: (input, context) => listVulnerabilities(input, 'system', context),
});
