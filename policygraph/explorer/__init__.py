"""Pages on what policies state: questions to a graph, what a page shows of their rows, and its template.

Nothing here knows where the graph is or how pages are sent: `policygraph.serving` answers requests with them.
"""
