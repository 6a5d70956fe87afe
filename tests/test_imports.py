"""No module imports itself by a detour: a package's own `__init__` is part of it.

import-linter compares the neighbours within a package, and so misses what a module imports from the
package that it is in.
"""

import grimp


def test_no_circles() -> None:
    graph = grimp.build_graph("beekeeper", cache_dir=None)
    circles = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in graph.find_modules_directly_imported_by(importer)
        if graph.chain_exists(importer=imported, imported=importer)
    ]
    assert circles == []
