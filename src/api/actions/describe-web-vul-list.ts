import { defineAction } from '../api-action.ts';
import { ListVulnerabilities, listVulnerabilities } from '../list-vulnerabilities.ts';
import { vulnerabilitySearchFilters, vulnerabilitySearchSortKeys } from '../vulnerability-search-filters.ts';

/** Vulnerabilities in packages of applications (npm, PyPI, …), each over all registry images that do not ignore it. */
export const describeWebVulList = defineAction({
  name: 'DescribeWebVulList',
  description: 'Vulnerabilities of application packages over all images',
  writes: false,
  filters: vulnerabilitySearchFilters,
  sortKeys: vulnerabilitySearchSortKeys,
  input: ListVulnerabilities,
  handle: (input, context) => listVulnerabilities(input, 'application', context),
});
