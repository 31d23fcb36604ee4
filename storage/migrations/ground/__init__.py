"""The tables of revision 0001, frozen: later changes of the schema are later revisions."""
