"""No module imports itself through other modules, such as the `__init__` of its own package.

import-linter compares the modules next to each other in a package. So it misses what a module
imports from its own package.
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
